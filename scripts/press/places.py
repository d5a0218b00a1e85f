"""Where everything stands, said once."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from . import BuildError

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
DATA = ROOT / "data"
SCRIPTS = ROOT / "scripts"
REQUIREMENTS = ROOT / "requirements.txt"

BUILD = BOOK / "_build"
#: What readers get. Replaced as a whole, only when a new edition is complete.
HTML = BUILD / "html"
PDF = BUILD / "pdf"
#: What the build keeps between runs. Deleting it costs time, never correctness.
CACHE = BUILD / ".cache"
EXECUTED = CACHE / "executed"
#: Fonts depend on the installed packages alone, so they live with these where that is possible.
FONTS = (Path(sys.prefix) / "share" if sys.prefix != sys.base_prefix else CACHE) / "book-fonts"
WORK = CACHE / "work"


def read_source(path: Path, parse: Callable[[str], Any], *keys: str) -> Any:
    """Contents of a source file, which must hold ``keys``; BuildError names the file otherwise."""
    name = path.relative_to(ROOT).as_posix()
    try:
        contents = parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BuildError(f"{name} cannot be read: {error}") from None
    missing = [key for key in keys if not isinstance(contents, Mapping) or key not in contents]
    if missing:
        raise BuildError(f"{name}: expected an entry {', '.join(map(repr, missing))}")
    return contents


def toc() -> dict:
    """Table of contents, as Jupyter Book wants it."""
    return read_source(BOOK / "_toc.yml", yaml.safe_load, "root", "parts")


def citation() -> dict:
    """Title, version and date of the edition."""
    return read_source(
        ROOT / "CITATION.cff",
        yaml.safe_load,
        "title",
        "abstract",
        "authors",
        "version",
        "date-released",
        "keywords",
    )


def pages() -> list[str]:
    """Document names of the book in reading order, front page first."""
    contents = toc()
    return [contents["root"]] + [e["file"] for part in contents["parts"] for e in part["chapters"]]


def notebooks() -> list[Path]:
    """Notebooks of the book, in reading order."""
    return [path for name in pages() if (path := BOOK / f"{name}.ipynb").exists()]
