#!/usr/bin/env python3
"""How long the build takes: a clean one, one with nothing to do, one after one change.

    .venv/bin/python scripts/benchmark.py [--rounds N]

Works on a copy of the checkout in a temporary folder, after installation. Prints a table of the
shortest and the longest of N rounds, in seconds of wall time.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
SKIP = shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", "*.egg-info")


def timed_build(root):
    started = time.monotonic()
    environment = os.environ | {"PYTHONPATH": str(root / "scripts")}
    subprocess.run(
        [sys.executable, "-m", "press", "build"],
        cwd=root,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - started


def change_chapter(root, kind, mark):
    """Add a sentence or a line of code to the first chapter."""
    path = root / "book" / "chapters" / "who-pays.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = [c for c in notebook.cells if c.cell_type == kind][-1]
    cell.source += "\n\nAnd a sentence more.\n" if kind == "markdown" else f"\n# {mark}\n"
    nbformat.write(notebook, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        for mark in range(rounds):
            root = Path(folder) / str(mark)
            shutil.copytree(ROOT, root, ignore=SKIP)
            measured = {
                "clean build, HTML and PDF": timed_build(root),
                "nothing to do": timed_build(root),
            }
            change_chapter(root, "markdown", mark)
            measured["one chapter: prose changed"] = timed_build(root)
            change_chapter(root, "code", mark)
            measured["one chapter: code changed"] = timed_build(root)
            for name, seconds in measured.items():
                times.setdefault(name, []).append(seconds)
    width = max(map(len, times))
    print(f"{'':{width}}  shortest  longest   ({os.cpu_count()} cores, {rounds} rounds)")
    for name, all_seconds in times.items():
        print(f"{name:{width}}  {min(all_seconds):6.1f} s {max(all_seconds):6.1f} s")


if __name__ == "__main__":
    main()
