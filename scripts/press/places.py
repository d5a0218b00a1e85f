"""Where everything stands, said once."""

import sys
from pathlib import Path

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


def chapters() -> list[Path]:
    """Notebooks of the book, in the order of the table of contents."""
    import yaml

    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    paths = [BOOK / f"{name}.ipynb" for name in files]
    return [path for path in paths if path.exists()]


def pages() -> list[str]:
    """Document names of the book in reading order, front page first."""
    import yaml

    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"]] + [e["file"] for part in toc["parts"] for e in part["chapters"]]
