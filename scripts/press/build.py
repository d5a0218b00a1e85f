"""From the sources to the published edition: run, build, print, publish."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from . import places, translation


class Progress:
    """Lines that tell which step is at work, and how long it took."""

    def __init__(self):
        self.started = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", flush=True)


def _sha_tree(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(places.ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    skip = {"_build", "__pycache__", ".ipynb_checkpoints"}
    out = []
    for base, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f not in skip and not f.endswith(".egg-info")]
        out += [path for name in names if (path := Path(base, name)).is_file()]
    return out


def sources(language: str = "") -> list[Path]:
    """Every file on which the edition depends; without a language, on which any depends."""
    top = [places.REQUIREMENTS, places.ROOT / "CITATION.cff"]
    files = [p for f in (places.BOOK, places.DATA, places.SCRIPTS) for p in _files(f)] + top
    foreign = places.BOOK / "locale"
    own = translation.source(language) if language else foreign
    return [p for p in files if foreign not in p.parents or own in p.parents]


def _machinery(language: str) -> str:
    """Changes with anything that Sphinx does not watch by itself, then the pages start afresh."""
    book = places.BOOK
    watched = [book / "_config.yml", book / "_toc.yml", places.REQUIREMENTS]
    for folder in (book / "_ext", book / "_templates", book / "_static", places.SCRIPTS / "press"):
        watched += _files(folder)
    # Catalogues of pages are watched page by page.
    watched += [
        p for p in translation.source(language).glob("*.po") if p.stem in ("book", "sphinx")
    ]
    watched += _files(translation.source(language) / "tables")
    pages = "\n".join(
        sorted(p.relative_to(book).as_posix() for p in sources(language) if book in p.parents)
    )
    return _sha_tree(watched) + hashlib.sha256((pages + _twins(language)).encode()).hexdigest()


def _twins(language: str) -> str:
    """Which pages there are in which language, as far as this edition links to them."""
    return json.dumps({other: translation.published(other) for other in translation.LANGUAGES})


def editions(language: str | None = None) -> list[str]:
    """The languages to build: the one asked for, or all whose front page is translated."""
    if language:
        return [language]
    front = places.toc()["root"]
    return [one for one in translation.LANGUAGES if front in translation.published(one)]


def outputs(language: str) -> dict[str, Path]:
    name = pdf_name(language)
    html = places.HTML if language == "en" else places.HTML / language
    return {"HTML": html / "index.html", "PDF": places.PDF / name}


def pdf_name(language: str) -> str:
    return f"after-washington.{language}.pdf"


def _published(language: str) -> dict[str, list[int]]:
    """Size and time of the files of an edition; other editions stand in folders beside it."""
    html, pdf = (path for path in outputs(language).values())
    others = [p for p in (html.parent / other for other in translation.LANGUAGES) if p.is_dir()]
    files = [p for p in sorted(html.parent.rglob("*")) if not {*others} & {*p.parents}]
    stats = [(p, p.stat()) for p in [*files, pdf] if p.is_file()]
    return {p.relative_to(places.BUILD).as_posix(): [s.st_size, s.st_mtime_ns] for p, s in stats}


def up_to_date(stamp: Path, key: str) -> bool:
    if not stamp.exists():
        return False
    stored = json.loads(stamp.read_text(encoding="utf-8"))
    return stored["key"] == key and stored["published"] == _published(stored["language"])


def execute_all(language: str, progress: Progress) -> int:
    """Run the notebooks that need it; the number that ran."""
    from . import execution

    def report(done: int, of: int, name: str, seconds: float) -> None:
        progress.say(f"      {done} of {of}: {name} ({seconds:.1f} s)")

    return sum(
        execution.execute(paths, execution.Inputs(spoken), spoken, report)
        for spoken, paths in translation.spoken(language).items()
    )


def build(language: str = "en", pdf: bool = True, progress: Progress | None = None) -> bool:
    """Build the edition and publish it; returns False if there was nothing to do.

    Raises BuildError. Whatever is raised, and also when the process is
    killed, the edition published before stays as it was.
    """
    progress = progress or Progress()
    with _alone(progress):
        translation.compile_catalogues(language)
        with translation.speaking(language):
            return _build(language, pdf, progress)


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Wait until no other build of this checkout is running, say one started by ``serve``."""
    places.CACHE.mkdir(parents=True, exist_ok=True)
    with (places.CACHE / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            progress.say("Another build is running; this one waits for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(language: str, pdf: bool, progress: Progress) -> bool:
    stamp = places.CACHE / f"published.{language}.json"
    key = _sha_tree(sources(language)) + f"pdf={pdf}" + _twins(language)
    if up_to_date(stamp, key):
        progress.say("Nothing changed since the last build.")
        return False

    from . import execution, printing, publish, site

    released = places.citation()["date-released"]
    moment = datetime(released.year, released.month, released.day, tzinfo=UTC)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))

    if language != "en":
        progress.say(translation.LANGUAGES[language])
    progress.say(f"1/4 Notebooks: {len(places.notebooks())} chapters")
    sphinx = site.start()
    try:
        ran = execute_all(language, progress)
    except execution.ExecutionError:
        sphinx.communicate("")
        raise
    if not ran:
        progress.say("      all unchanged")

    work = places.WORK / language
    complete = work / "complete"
    machinery = _machinery(language)
    if not complete.exists() or complete.read_text() != machinery:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    # Until the end of this build the folder counts as broken: Sphinx would not repeat a warning,
    # nor finish pages that a killed build left half written.
    complete.unlink(missing_ok=True)
    progress.say("2/4 Web pages")
    name = pdf_name(language)
    settings = {
        "aw_language": language,
        "language": language,
        "aw_pdf_name": name if pdf else "",
        "locale_dirs": [str(translation.compiled_folder())],
    }
    if pdf:
        # While the pages are built in their own process, the print engine is loaded in this one.
        threading.Thread(target=printing.load).start()
    pages = site.build(sphinx, work, settings)
    made = work / name
    if pdf:
        progress.say("3/4 PDF")
        printing.make_pdf(pages, made, language)
        shutil.copyfile(made, pages / name)
    else:
        progress.say("3/4 PDF left out")

    progress.say("4/4 Publishing")
    complete.write_text(machinery)
    publish.replace_tree(pages, outputs(language)["HTML"].parent, keep=translation.LANGUAGES)
    if pdf:
        publish.replace_file(made, outputs(language)["PDF"])
    stamp.write_text(
        json.dumps({"key": key, "language": language, "published": _published(language)}),
        encoding="utf-8",
    )
    return True
