"""The build can be trusted: it fails loudly, keeps the last good edition, re-runs what it must."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from conftest import PRINTS

from press import execution, places

pytestmark = pytest.mark.slow


def ran(output: str) -> set[str]:
    """Chapters that a build executed, from what it printed."""
    return set(re.findall(r"\d+ of \d+: chapters/(\w+)", output))


def edit_cell(book, chapter: str, cell_id: str, change) -> None:
    path = book.book / "chapters" / f"{chapter}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = next(c for c in notebook.cells if c.id == cell_id)
    cell.source = change(cell.source)
    nbformat.write(notebook, path)


def append(text: str):
    return lambda source: source + text


def must_fail(book, *words: str) -> None:
    before = book.published()
    done = book.build()
    assert done.returncode == 1, done.stdout
    assert "Traceback (most recent call last)" not in done.stdout
    for word in words:
        assert word in done.stderr, done.stderr
    assert book.published() == before


@pytest.mark.parametrize(
    ("cell", "extra", "words"),
    [
        ("load", "\n1 / 0\n", ("chapters/alpha.ipynb", "'load'", "ZeroDivisionError")),
        (
            "load",
            '\nimport warnings\nwarnings.warn("a doubtful step")\n',
            ("chapters/alpha.ipynb", "'load'", "a doubtful step"),
        ),
        ("open", "\nLost: {glue:text}`alpha.ipynb::nowhere:d`.\n", ("alpha", "nowhere")),
        (
            "open",
            "\nSee {numref}`fig-nowhere`.\n",
            ("chapters/alpha.ipynb, cell 'open'", "fig-nowhere"),
        ),
        ("open", "\nSee {claim}`C999`.\n", ("chapters/alpha.ipynb, cell 'open'", "C999")),
        ("open", "\nSee {source}`nobody_2024`.\n", ("alpha", "nobody_2024")),
    ],
    ids=["error", "warning", "lost number", "lost figure", "unknown claim", "unknown source"],
)
def test_a_bad_chapter_fails_the_build_and_leaves_the_last_edition(
    built_small_book, cell, extra, words
):
    path = built_small_book.book / "chapters" / "alpha.ipynb"
    good = path.read_text()
    try:
        edit_cell(built_small_book, "alpha", cell, append(extra))
        must_fail(built_small_book, *words)
        # A warning must not be forgiven because it was seen before.
        must_fail(built_small_book, *words)
    finally:
        path.write_text(good)


def test_bad_data_fails_the_build_and_names_the_place(built_small_book):
    path = built_small_book.root / "data" / "alliance" / "nato_members.csv"
    good = path.read_text()
    try:
        path.write_text(good.replace("1949-04-04", "1949-04-44", 1))
        must_fail(built_small_book, "nato_members.csv", "1949-04-44", "accession_date")
    finally:
        path.write_text(good)


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("data/datapackage.json", "{"),
        ("data/datapackage.json", "[]"),
        ("book/chapters/beta.ipynb", "{"),
        ("book/_toc.yml", "parts: ["),
        ("CITATION.cff", "title: After Washington"),
    ],
)
def test_a_broken_source_file_is_named(built_small_book, name, contents):
    path = built_small_book.root / name
    good = path.read_text()
    try:
        path.write_text(contents)
        must_fail(built_small_book, name)
        assert "Traceback" not in built_small_book.build().stderr
    finally:
        path.write_text(good)


def test_only_what_depends_on_a_change_runs_again(built_small_book):
    book = built_small_book
    book.build()
    assert ran(book.build().stdout) == set()

    members = book.root / "data" / "alliance" / "nato_members.csv"
    good = members.read_text()
    members.write_text("".join(good.splitlines(keepends=True)[:-1]))
    done = book.build()
    assert ran(done.stdout) == {"alpha"}, done.stdout
    # The number on the chapter and on the front page is the new one.
    rows = len(good.splitlines()) - 2
    for page in ("chapters/alpha.html", "index.html"):
        assert f">{rows}</span>" in (book.html / page).read_text()
    members.write_text(good)
    assert ran(book.build().stdout) == {"alpha"}

    helper = book.root / "scripts" / "afterwashington" / "figure.py"
    helper.write_text(helper.read_text() + "\n# a remark\n")
    assert ran(book.build().stdout) == {"alpha", "beta"}
    strikes = book.root / "scripts" / "afterwashington" / "strikes.py"
    strikes.write_text(strikes.read_text() + "\n# used by neither of the two\n")
    assert ran(book.build().stdout) == set()

    edit_cell(book, "beta", "load", append("\nnumber = 1\n"))
    assert ran(book.build().stdout) == {"beta"}
    edit_cell(book, "beta", "open", append("\nA sentence more.\n"))
    done = book.build()
    assert ran(done.stdout) == set()
    assert "A sentence more." in (book.html / "chapters" / "beta.html").read_text()

    requirements = book.root / "requirements.txt"
    requirements.write_text(requirements.read_text() + "# a remark\n")
    assert ran(book.build().stdout) == {"alpha", "beta"}


def test_an_incremental_build_gives_what_a_clean_one_gives(built_small_book):
    book = built_small_book
    edit_cell(book, "alpha", "open", append("\nOne more sentence.\n"))
    book.build()
    incremental = book.published()
    shutil.rmtree(book.book / "_build")
    book.build()
    clean = book.published()
    assert sorted(incremental) == sorted(clean)
    assert [name for name in clean if clean[name] != incremental[name]] == []


@pytest.mark.parametrize("marker", ["1/4", "2/4", "3/4", "4/4"])
def test_a_killed_build_leaves_a_whole_edition_and_the_next_one_succeeds(built_small_book, marker):
    book = built_small_book
    book.build()
    before = book.published()
    edit_cell(book, "alpha", "load", append(f"\n# change before {marker}\n"))
    edit_cell(book, "alpha", "open", append(f"\nWritten before {marker}.\n"))
    process = subprocess.Popen(
        book.command,
        cwd=book.root,
        env=book.environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if marker in line:
            time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    after = book.published()
    if marker == "4/4" and after != before:
        # The exchange had happened already: then the new pages are complete.
        assert f"Written before {marker}." in (book.html / "chapters/alpha.html").read_text()
    else:
        assert after == before
    done = book.build()
    assert done.returncode == 0, done.stderr
    assert f"Written before {marker}." in (book.html / "chapters/alpha.html").read_text()


def test_two_builds_at_once_do_not_disturb_each_other(small_book):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [
        subprocess.Popen(
            small_book.command, cwd=small_book.root, env=small_book.environment, **pipes
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("Another build is running" in out for out, _ in said) == [False, True]
    assert sorted(len(ran(out)) for out, _ in said) == [0, 2]


def test_the_build_needs_no_network(small_book):
    isolated = ("unshare", "--map-root-user", "--net")
    if subprocess.run([*isolated, "true"], capture_output=True).returncode:
        pytest.skip("this machine does not allow a namespace without network")
    done = small_book.build(prefix=isolated)
    assert done.returncode == 0, done.stdout + done.stderr
    assert small_book.published()


def test_two_clean_builds_of_the_book_are_the_same_byte_for_byte(edition, tmp_path):
    """The second build stands in another folder, so that no path of the machine can hide."""
    root = tmp_path / "elsewhere"
    skip = shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", "*.egg-info")
    shutil.copytree(places.ROOT, root, ignore=skip)
    environment = os.environ | {"PYTHONPATH": str(root / "scripts")}
    command = [sys.executable, "-m", "press", "build", *([] if PRINTS else ["--no-pdf"])]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    other = root / "book" / "_build"

    def contents(build_folder):
        files = [p for f in ("html", "pdf") for p in (build_folder / f).rglob("*") if p.is_file()]
        return {p.relative_to(build_folder).as_posix(): p.read_bytes() for p in files}

    one, two = contents(places.BUILD), contents(other)
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []


def test_every_notebook_runs_from_a_fresh_kernel(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "EXECUTED", tmp_path)
    chapters = places.notebooks()
    assert chapters
    assert execution.execute(chapters, execution.Inputs()) == len(chapters)
    for path in chapters:
        stored = json.loads((tmp_path / "en" / f"{path.stem}.json").read_text())
        assert stored["tables"], f"{path.stem} read no table"
