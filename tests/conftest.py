"""What several tests share: the built edition, and small books to break."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from press import build, places, printing, translation

#: Without Pango there is no print edition, and no test of it.
PRINTS = printing.load()


@dataclass(frozen=True)
class Edition:
    """The built book: folder of the pages and file of the print edition."""

    html: Path
    pdf: Path
    language: str = "en"

    def pages(self) -> list[Path]:
        """Pages of the book itself, without those that the theme adds (search, index)."""
        return [self.html / f"{name}.html" for name in translation.published(self.language)]


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The book as it stands in this checkout, built if anything changed."""
    build.build("en", pdf=PRINTS)
    paths = build.outputs("en")
    return Edition(paths["HTML"].parent, paths["PDF"])


CHAPTER = """# {title}

:::{{admonition}} The question
:class: question
Does {title} hold?
:::

Its number is {{glue:text}}`{name}.ipynb::total:,.0f`, see {{numref}}`fig-{name}`.

```{{claims}} C010
```

## Sources and data

```{{chapter-data}}
```
"""

ANALYSIS = """from afterwashington import data, figure, text
frame = data.load("{table}")
text.glue(total=len(frame))
"""

FIGURE = """shown = frame.head(5).assign(n=range(5))[["n"]]


def draw(ax, narrow):
    ax.bar(shown["n"], shown["n"] + 1, color=figure.COLOURS["NATO"])


figure.show(
    draw,
    title="Five bars that rise",
    subtitle="Numbers, no unit",
    note="A figure for tests.",
    alt="Column chart of five numbers; each of them is larger than the one before it.",
    data=shown,
    sources=["nato_defexp_2026"],
    cutoff=data.cutoff("{table}"),
)
"""


class SmallBook:
    """A copy of the checkout whose book has two tiny chapters, ``alpha`` and ``beta``.

    ``alpha`` reads the table of members, ``beta`` the monthly strikes.
    """

    def __init__(self, root: Path):
        self.root = root
        skip = shutil.ignore_patterns(
            ".venv", "_build", ".git", "__pycache__", "*.egg-info", ".pytest_cache", ".ruff_cache"
        )
        shutil.copytree(places.ROOT, root, ignore=skip)
        shutil.rmtree(self.book / "chapters")
        (self.book / "chapters").mkdir()
        self.write("alpha", "Alpha", "nato_members")
        self.write("beta", "Beta", "strikes_monthly")
        (self.book / "index.md").write_text(
            "# A small book\n\nAlpha counts {glue:text}`chapters/alpha.ipynb::total:,.0f`.\n"
        )
        # The front matter links to pages that a small book does not have.
        for page in ("how-to-read", "where-the-article-comes-from"):
            (self.book / f"{page}.ipynb").unlink()
        (self.book / "how-to-read.md").write_text("# How to read\n")
        # Nor are its pages those that the catalogues translate.
        shutil.rmtree(self.book / "locale")
        chapters = [{"file": "chapters/alpha"}, {"file": "chapters/beta"}]
        back = [{"file": name} for name in ("how-to-read", "claims", "data", "bibliography")]
        parts = [
            {"caption": "Part", "numbered": 1, "chapters": chapters},
            {"caption": "Back", "chapters": back},
        ]
        (self.book / "_toc.yml").write_text(
            json.dumps({"format": "jb-book", "root": "index", "parts": parts})
        )

    @property
    def book(self) -> Path:
        return self.root / "book"

    @property
    def html(self) -> Path:
        return self.book / "_build" / "html"

    @property
    def pdf(self) -> Path:
        return self.book / "_build" / "pdf" / "after-washington.en.pdf"

    def write(self, name: str, title: str, table: str, extra: str = "") -> None:
        new = nbformat.v4
        cells = [
            new.new_markdown_cell(CHAPTER.format(name=name, title=title), id="open"),
            new.new_code_cell(
                ANALYSIS.format(table=table) + extra, id="load", metadata={"tags": ["hide-input"]}
            ),
            new.new_code_cell(
                FIGURE.format(table=table),
                id="fig",
                metadata={
                    "tags": ["hide-input"],
                    "mystnb": {"figure": {"name": f"fig-{name}", "caption": "Five bars"}},
                },
            ),
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = new.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.book / "chapters" / f"{name}.ipynb")

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "press", "build", *([] if PRINTS else ["--no-pdf"])]

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(self.root / "scripts"), "PYTHONUNBUFFERED": "1"}

    def build(self, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*prefix, *self.command],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def published(self) -> dict[str, bytes]:
        """Every published file with its contents."""
        files = [p for p in self.html.rglob("*") if p.is_file()]
        files += [self.pdf] if self.pdf.exists() else []
        return {str(p.relative_to(self.book)): p.read_bytes() for p in files}


@pytest.fixture
def small_book(tmp_path) -> SmallBook:
    return SmallBook(tmp_path / "checkout")


@pytest.fixture(scope="module")
def built_small_book(tmp_path_factory) -> SmallBook:
    """A small book that has been built once; tests of one module may change it in turn."""
    book = SmallBook(tmp_path_factory.mktemp("small") / "checkout")
    done = book.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return book
