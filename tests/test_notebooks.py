"""Notebooks as they stand in the repository: clean, readable, without a typed number."""

from __future__ import annotations

import re
import subprocess
import sys

import nbformat
import pytest

from press import places

NOTEBOOKS = places.notebooks()
CHAPTERS = [path for path in NOTEBOOKS if path.parent.name == "chapters"]

HEADINGS = [
    "What the article says",
    "The evidence",
    "The other reading",
    "What would change the answer",
    "Sources and data",
]

#: What may carry typed digits in prose: dates and years, and numbers that are part of a name.
ALLOWED = [
    r"\{[\w:-]+\}`[^`]*`",  # roles: computed numbers, claims, sources, references
    r"```[\s\S]*?```",  # directives
    r"`[^`]*`",  # code
    r"\]\([^)]*\)",  # addresses of links
    r"\b\d{1,2}(?:[–-]\d{1,2})? (?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)(?: \d{4})?\b",
    r"\b(?:1[89]|20)\d{2}(?:[–-](?:(?:1[89]|20)?\d{2}))?[a-z]?\b",  # years and spans of years
    r"\b[CP]\d{2,3}\b",
    r"\b[Pp]aragraph \d+\b",  # claims and paragraphs of the article
    r"\bES-11(?:/\d+)?\b",
    r"\b(?:F-16|S-[34]00|Shahed-1\d\d|Geran-\d|Kh-\d+(?:M\d)?|Iskander-\w|SM-6|ICD 203|PALM10|P5|G7)\b",
    r"\b(?:Article|Articles|Part) \d+\b",
    r"\b75th-anniversary\b",
    r"\bThe Alliance at 75\b",
    r"\b[235](?:\.5)?\s?% (?:guideline|line|guidelines|pledge|target|goal|mark|commitment)",
    r"\b(?:2|20|3\.5|1\.5|5)\s%(?: of GDP)?",  # the Alliance's guidelines by name
    r"\b90\s% (?:band|interval|range|intervals)",
    r"\b95\s% (?:band|interval|range|intervals)",
]


def prose(path) -> list[tuple[str, str]]:
    """(cell id, text) of the Markdown in a notebook or page, without what may carry digits."""
    if path.suffix == ".md":
        cells = [("page", path.read_text(encoding="utf-8"))]
    else:
        notebook = nbformat.read(path, as_version=4)
        cells = [(c.id, c.source) for c in notebook.cells if c.cell_type == "markdown"]
    out = []
    for name, text in cells:
        for pattern in ALLOWED:
            text = re.sub(pattern, " ", text)
        out.append((name, text))
    return out


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_a_clean_source(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert [c.id for c in code if c.outputs or c.execution_count] == []
    long = [c.id for c in code if sum(1 for line in c.source.splitlines() if line.strip()) > 45]
    assert long == []
    assert [c.id for c in code if "hide-input" not in c.metadata.get("tags", [])] == []
    ids = [c.id for c in notebook.cells]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_has_the_shape_of_a_chapter(path):
    text = "\n".join(
        c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"
    )
    assert len(re.findall(r"^# ", text, re.M)) == 1
    assert text.index(":class: question") < text.index(":class: answer") < text.index("## ")
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS
    assert re.search(r"\*Confidence: (high|moderate|low)", text)
    assert "```{claims}" in text
    assert "```{chapter-data}" in text


@pytest.mark.parametrize("path", [*NOTEBOOKS, places.BOOK / "index.md"], ids=lambda path: path.stem)
def test_no_number_in_the_prose_is_typed(path):
    typed = [
        f"{cell}: …{text[max(m.start() - 40, 0) : m.end() + 25]}…".replace("\n", " ")
        for cell, text in prose(path)
        for m in re.finditer(r"\d[\d.,]*", text)
    ]
    assert typed == []


def test_the_check_for_typed_numbers_finds_one(tmp_path):
    new = nbformat.v4
    text = (
        "In 2024 they spent 13.7 % more than on 10 July 2014, {glue:text}`a.ipynb::x:.1f` in all."
    )
    notebook = new.new_notebook(cells=[new.new_markdown_cell(text, id="a")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    [(_, left)] = prose(tmp_path / "a.ipynb")
    assert re.findall(r"\d[\d.,]*", left) == ["13.7"]


def test_code_and_notebooks_pass_the_linter():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=places.ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
