"""The other languages of the book: their catalogues, and which pages are done.

All words stand in ``book/locale/<language>/LC_MESSAGES``: one catalogue for each page (its text,
and what its notebook prints in figures and tables), ``book.po`` for the words of the code,
``tables/*.po`` for those that come from the data, ``sphinx.po`` for the theme. A page is published
in a language when nothing is missing from its catalogue; until then links lead to its English twin.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from afterwashington import words

from . import BuildError, places

#: The first is the language of the sources.
LANGUAGES = {"en": "English", "ar": "العربية"}

#: Catalogues of words from the data: name -> columns of tables that are printed.
TABLES = {
    "claims": ["claims.statement", "claims.finding", "paragraphs.subject"],
    "chronology": ["chronology.event", "chronology.note"],
    "countries": ["countries.name"],
    "words": [
        "claims.verdict",
        "claims.claim_type",
        "claims.confidence",
        "sources.kind",
        "chronology.theme",
        "likelihood_words.words",
    ],
}

#: Words of Sphinx itself on the pages; its own catalogues do not have them in every language.
SPHINX = [f"Link to this {what}" for what in ("heading", "image", "table", "term")]


#: Pages that print a whole table, which must be translated before they can be published.
PRINTED = {
    "claims": "tables/claims",
    "chronology": "tables/chronology",
    "data": "tables/package",
    "subject-index": "tables/countries",
}


class TranslationError(BuildError):
    """A catalogue is broken, or words of the code are not translated; the message says where."""


def source(language: str) -> Path:
    """Folder of the catalogues as translators write them."""
    return places.BOOK / "locale" / language / "LC_MESSAGES"


def _compiled(language: str) -> Path:
    return places.CACHE / "locale" / language / "LC_MESSAGES"


def compiled_folder() -> Path:
    """Folder of the compiled catalogues of all languages, as gettext wants it."""
    return places.CACHE / "locale"


# ---- reading


@dataclass(frozen=True)
class State:
    """How far one catalogue is: messages in all, without a translation, gone stale."""

    total: int
    missing: int
    stale: int

    @property
    def done(self) -> bool:
        return self.total > 0 and not self.missing and not self.stale


def compile_catalogues(language: str) -> dict[str, State]:
    """Compile what changed; the state of each catalogue by its name (``chapters/who-pays``)."""
    from babel.messages import mofile, pofile

    folder, target = source(language), _compiled(language)
    index = target / "states.json"
    known = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    found = {}
    for path in sorted(folder.rglob("*.po")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        raw = path.read_bytes()
        sha = hashlib.sha256(raw).hexdigest()
        compiled = target / f"{name}.mo"
        if known.get(name, [""])[0] == sha and compiled.exists():
            found[name] = known[name]
            continue
        try:
            with path.open("rb") as file:
                catalogue = pofile.read_po(file, locale=language, abort_invalid=True)
        except (ValueError, pofile.PoFileError) as error:
            shown = path.relative_to(places.ROOT).as_posix()
            raise TranslationError(f"{shown} cannot be read: {error}") from None
        messages = [m for m in catalogue if m.id]
        stale = sum(m.fuzzy for m in messages)
        missing = sum(not m.string for m in messages)
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with compiled.open("wb") as file:
            mofile.write_mo(file, catalogue)
        found[name] = [sha, len(messages), missing, stale]
    if found != known:
        for name in set(known) - set(found):
            (target / f"{name}.mo").unlink(missing_ok=True)
        target.mkdir(parents=True, exist_ok=True)
        index.write_text(json.dumps(found), encoding="utf-8")
        words.catalogue.cache_clear()
    return {name: State(*numbers) for name, (_, *numbers) in found.items()}


def published(language: str) -> list[str]:
    """Pages of the edition in reading order: those whose translation is complete."""
    if language not in LANGUAGES:
        raise TranslationError(f"no edition {language!r}; there are {', '.join(LANGUAGES)}")
    pages = places.pages()
    if language == next(iter(LANGUAGES)):
        return pages
    states = compile_catalogues(language)
    done = {name for name, state in states.items() if state.done}
    return [page for page in pages if page in done and PRINTED.get(page, page) in done]


def spoken(language: str) -> dict[str, list[Path]]:
    """Notebooks by the language in which they run for an edition: the first where not translated.

    What a page that is left out computes is still read by others.
    """
    done = published(language)
    out: dict[str, list[Path]] = {}
    for path in places.notebooks():
        page = path.relative_to(places.BOOK).with_suffix("").as_posix()
        out.setdefault(language if page in done else next(iter(LANGUAGES)), []).append(path)
    return out


def twins(language: str, page: str) -> list[str]:
    """The other languages in which a page is published."""
    return [other for other in LANGUAGES if other != language and page in published(other)]


def catalogues(language: str, page: str = "") -> str:
    """Paths of the compiled catalogues for a page, those most its own first, parted as in PATH."""
    folder = _compiled(language)
    names = [page] if page else []
    names += ["book", *(f"tables/{name}" for name in [*TABLES, "package"])]
    paths = [folder / f"{name}.mo" for name in names]
    return os.pathsep.join(str(path) for path in paths if path.exists())


def holds(asked: dict[str, str | None], language: str, page: str) -> bool:
    """Whether the catalogues still say what they said of ``asked`` when a notebook ran."""
    known = words.catalogue(catalogues(language, page))
    return all(known.gettext(message) == said for message, said in asked.items())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let the helpers of the book print in ``language``, here and in the processes started here."""
    settings = {
        "AFTER_WASHINGTON_LANGUAGE": language,
        "AFTER_WASHINGTON_CATALOGUES": catalogues(language),
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ |= settings
    words.forget()
    try:
        yield
    finally:
        words.forget()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


# ---- the command


def translate(progress) -> str:
    """Bring the catalogues of all languages up to date with the sources; what is missing, in words.

    What is new is added empty, what has changed keeps its old translation and is marked as stale
    (fuzzy), what is gone is dropped.
    """
    from . import build, execution

    own, *others = LANGUAGES
    with speaking(own):
        progress.say("1/3 Notebooks, for the words that they print")
        build.execute_all(own, progress)
        progress.say("2/3 Pages and code")
        templates = places.CACHE / "templates"
        shutil.rmtree(templates, ignore_errors=True)
        printed = _text_of_pages(templates)
        inputs = execution.Inputs(own)
        shared = _words_of_tables()
        in_tables = set().union(*shared.values())
        shared["book"] = list(
            dict.fromkeys([*_words_of_code(), *(w for w in printed if w not in in_tables)])
        )
        taken = in_tables | set(shared["book"])
        for name, messages in shared.items():
            _write(templates / f"{name}.pot", messages)
        for path in places.notebooks():
            page = path.relative_to(places.BOOK).with_suffix("").as_posix()
            said = [w for w in execution.read(path, inputs, own).words if w not in taken]
            _write(templates / f"{page}.pot", said, "figure or table")
    import pydata_sphinx_theme

    theme = Path(pydata_sphinx_theme.__file__).parent / "locale" / "sphinx.pot"
    shutil.copyfile(theme, templates / "sphinx.pot")
    _write(templates / "sphinx.pot", SPHINX)

    progress.say("3/3 Catalogues")
    for language in others:
        _update(templates, language)
    return "\n\n".join(report(language) for language in others)


def _text_of_pages(target: Path) -> list[str]:
    """Templates (.pot) of the text of all pages, as Sphinx finds it; what its directives print."""
    from . import site

    # Read afresh, or notebooks that did not change would bring no words.
    work = places.CACHE / "gettext"
    shutil.rmtree(work, ignore_errors=True)
    made = site.build(site.start(), work, {"gettext_compact": False}, "gettext")
    for page in places.pages():
        (target / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made / f"{page}.pot", target / f"{page}.pot")
    _write(target / f"{places.toc()['root']}.pot", drop=_captions())
    return json.loads((made / "asked.json").read_text(encoding="utf-8"))


def _captions() -> list[str]:
    return [part["caption"] for part in places.toc()["parts"]]


def _words_of_tables() -> dict[str, list[str]]:
    from afterwashington import data

    out = {}
    for name, columns in TABLES.items():
        found: dict[str, None] = {}
        for table, _, column in (column.partition(".") for column in columns):
            found |= dict.fromkeys(data.load(table)[column].dropna())
        out[f"tables/{name}"] = list(found)
    found = dict.fromkeys(data.subjects().values())
    for name in data.tables():
        resource = data.describe(name)
        found |= dict.fromkeys([resource["title"], resource["description"]])
        found |= dict.fromkeys(one.get("title") or one["name"] for one in resource["licenses"])
        for field in resource["schema"]["fields"]:
            found |= dict.fromkeys([field["description"], *field.get("codes", {}).values()])
    out["tables/package"] = list(found)
    return out


def _words_of_code() -> list[str]:
    """What the code, the settings and the templates of the book say."""
    found: dict[str, None] = {}
    folders = (places.SCRIPTS / "afterwashington", places.SCRIPTS / "press", places.BOOK / "_ext")
    for path in sorted(path for folder in folders for path in folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func if isinstance(node, ast.Call) else None
            if getattr(name, "attr", getattr(name, "id", None)) != "t" or not node.args:
                continue
            if isinstance(node.args[0], ast.JoinedStr):
                continue  # a unit beside its number: found where it is printed
            if isinstance(node.args[0], ast.Constant):
                found[node.args[0].value] = None
    for path in sorted((places.BOOK / "_templates").glob("*.html")):
        plain = path.read_text(encoding="utf-8")
        found |= dict.fromkeys(re.findall(r"\bt\(\s*'([^']+)'", plain))
        found |= dict.fromkeys(re.findall(r'\bt\(\s*"([^"]+)"', plain))
    found |= dict.fromkeys(_captions())
    about = places.citation()
    found |= dict.fromkeys([about["title"], about["abstract"], about["authors"][0]["name"]])
    found |= dict.fromkeys(about["keywords"])
    return list(found)


def _write(
    path: Path, messages: Iterable[str] = (), comment: str = "", drop: Iterable[str] = ()
) -> None:
    """Write a template, or change one."""
    from babel.messages import catalog, pofile

    template = catalog.Catalog(charset="utf-8", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            template = pofile.read_po(file)
    for message in drop:
        template.delete(message)
    for message in messages:
        template.add(message, auto_comments=[comment] if comment else [])
    if not len(template):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pofile.write_po(file, template, width=0)


def _update(templates: Path, language: str) -> None:
    """Merge the templates into the catalogues of a language."""
    folder = source(language)
    code = (
        "import sys; from sphinx_intl.basic import update; "
        "update(sys.argv[1], sys.argv[2], (sys.argv[3],), line_width=0, ignore_obsolete=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder.parents[1]), str(templates), language],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise TranslationError(f"sphinx-intl failed:\n{done.stderr.strip()[-3000:]}")


def report(language: str) -> str:
    """Which pages are done, and what is missing or stale, catalogue by catalogue."""
    states = compile_catalogues(language)
    pages = places.pages()
    done = published(language)
    lines = [f"{LANGUAGES[language]} ({language}): {len(done)} of {len(pages)} pages are done."]
    shared = sorted(set(states) - set(pages))
    for name in [*pages, *shared]:
        state = states.get(name, State(0, 0, 0))
        words = "done" if state.done else f"{state.missing} missing, {state.stale} stale"
        if state.done and name in pages and name not in done:
            words += f", waits for {PRINTED[name]}"
        lines.append(f"  {name:45} {state.total:5} strings  {words}")
    return "\n".join(lines)
