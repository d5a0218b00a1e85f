"""The web edition: Sphinx, by way of Jupyter Book's own settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from . import places


class SiteError(RuntimeError):
    """Sphinx reported an error or a warning; the message is what it said."""


def build(work: Path, settings: dict[str, str]) -> Path:
    """Build the pages in ``work/html`` (only what changed) and return that folder.

    A process of its own: Sphinx keeps global state, and its hash seed must be fixed for the search
    index to come out the same each time.
    """
    pairs = [f"{key}={value}" for key, value in settings.items()]
    done = subprocess.run(
        [sys.executable, "-m", "press.site", str(work), *pairs],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        cwd=places.ROOT,
    )
    if done.returncode:
        raise SiteError((done.stderr.strip() or done.stdout.strip())[-6000:])
    return work / "html"


def main(work: Path, settings: dict[str, str]) -> int:
    from jupyter_book.sphinx import build_sphinx

    result = build_sphinx(
        str(places.BOOK),
        str(work / "html"),
        doctreedir=str(work / "doctrees"),
        noconfig=True,
        path_config=str(places.BOOK / "_config.yml"),
        confoverrides={
            "external_toc_path": str(places.BOOK / "_toc.yml"),
            "latex_individualpages": False,
            "nitpicky": True,
            **settings,
        },
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    return 1 if isinstance(result, Exception) else result


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), dict(pair.split("=", 1) for pair in sys.argv[2:])))
