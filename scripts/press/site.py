"""The web edition: Sphinx, by way of Jupyter Book's own settings."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import BuildError, places


class SiteError(BuildError):
    """Sphinx reported an error or a warning; the message is what it said."""


def start() -> subprocess.Popen:
    """Start the process that will build the pages, so that it is ready when the notebooks are.

    A process of its own: Sphinx keeps global state, and its hash seed must be fixed for the search
    index to come out the same each time.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "press.site"],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=places.ROOT,
    )


def build(
    process: subprocess.Popen, work: Path, settings: dict[str, Any], builder: str = "html"
) -> Path:
    """Build the pages in ``work/html`` (only what changed) and return that folder.

    With the builder "gettext", their words as templates for translators in ``work/gettext``.
    """
    order = json.dumps({"work": str(work), "settings": settings, "builder": builder})
    said, complained = process.communicate(order)
    if process.returncode:
        raise SiteError(_name_cells(complained.strip() or said.strip())[-6000:])
    return work / builder


def _name_cells(message: str) -> str:
    """``message`` with the line numbers in notebooks told as cell and line.

    MyST-NB counts line 4 of the third cell as 30004.
    """

    def name(match: re.Match) -> str:
        path, number = Path(match[1]), int(match[2])
        cell = json.loads(path.read_text(encoding="utf-8"))["cells"][number // 10000 - 1]
        shown = path.relative_to(places.BOOK).as_posix()
        return f"{shown}, cell {cell['id']!r}, line {number % 10000}:"

    plain = re.sub(r"\x1b\[[0-9;]*m", "", message)  # the colours of a terminal
    return re.sub(r"(\S+\.ipynb):(\d{5,}):", name, plain)


def main() -> int:
    # What Sphinx will load, loaded while the notebooks run.
    import myst_nb.sphinx_ext  # noqa: F401
    import sphinx_book_theme  # noqa: F401
    from jupyter_book.sphinx import build_sphinx

    gc.disable()  # a short life, and little garbage in it
    said = sys.stdin.read()
    if not said:  # the notebooks failed
        return 0
    order = json.loads(said)
    work, builder = Path(order["work"]), order["builder"]
    result = build_sphinx(
        str(places.BOOK),
        str(work / builder),
        doctreedir=str(work / "doctrees"),
        noconfig=True,
        path_config=str(places.BOOK / "_config.yml"),
        confoverrides={
            "external_toc_path": str(places.BOOK / "_toc.yml"),
            "latex_individualpages": False,
            "nitpicky": True,
            **order["settings"],
        },
        builder=builder,
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    return 1 if isinstance(result, Exception) else result


if __name__ == "__main__":
    sys.exit(main())
