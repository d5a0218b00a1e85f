"""The editions in other languages: whole, in step with the first, from right to left."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import lxml.html
import pypdf
import pytest
from babel.messages import pofile
from conftest import PRINTS

from press import build, places, translation

ROLE = re.compile(r"\{([\w:-]+)\}`([^`]*)`")
LATIN = re.compile(r"[A-Za-z][A-Za-z’'-]+(?:[ \u00a0,;:]+[A-Za-z][A-Za-z’'-]+){5,}")


@pytest.fixture(scope="module")
def arabic(edition):
    """Folder of the Arabic pages, built beside the English ones."""
    build.build("ar", pdf=PRINTS)
    return build.outputs("ar")["HTML"].parent


@cache
def tree(path):
    return lxml.html.parse(str(path), lxml.html.HTMLParser(encoding="utf-8")).getroot()


def messages(language="ar"):
    """Every translated message of every catalogue: (catalogue, original, translation)."""
    folder = translation.source(language)
    for path in sorted(folder.rglob("*.po")):
        with path.open("rb") as file:
            for message in pofile.read_po(file, locale=language):
                if message.id and message.string and not message.fuzzy:
                    yield path.relative_to(folder).as_posix(), message.id, message.string


def roles(text: str) -> Counter:
    """What a text refers to: roles with their targets, without the words shown for them."""
    found = []
    for role, body in ROLE.findall(text):
        if role == "claim":
            body = body.split()[-1]
        target = re.search(r"<([^>]+)>$", body)
        found.append((role, target[1] if target else body))
    return Counter(found)


def test_translations_keep_values_links_citations_and_placeholders():
    seen, wrong = 0, []
    for name, original, said in messages():
        seen += 1
        if roles(original) != roles(said):
            wrong.append(f"{name}: roles of {said[:80]!r}")
        rest, rest_said = ROLE.sub("", original), ROLE.sub("", said)
        for kind in (r"\{\w*\}", r"%\(\w+\)s|%s", r"\]\([^)]*\)", r"<[^>]+>"):
            # A name may be used again, or where grammar has it dropped; never a new one.
            if set(re.findall(kind, rest)) != set(re.findall(kind, rest_said)):
                wrong.append(f"{name}: {kind} of {said[:80]!r}")
        if (
            original[0].isspace() != said[0].isspace()
            or original[-1].isspace() != said[-1].isspace()
        ):
            wrong.append(f"{name}: space at an end of {said!r}")
    assert seen > 200
    assert wrong == []


def test_only_western_digits_are_used():
    wrong = [said for _, _, said in messages() if re.search("[\u0660-\u0669\u06f0-\u06f9]", said)]
    assert wrong == []


def test_what_all_pages_share_is_complete():
    states = translation.compile_catalogues("ar")
    for name in ("book", "sphinx", "tables/words"):
        assert states[name].done, name
    assert places.toc()["root"] in translation.published("ar")


def test_each_page_is_linked_with_its_twin(arabic, edition):
    for page in places.pages():
        twin = page in translation.published("ar")
        english = tree(edition.html / f"{page}.html")
        links = english.cssselect("a.twin, link[rel=alternate][hreflang]")
        assert [link.get("hreflang") for link in links] == (["ar", "ar"] if twin else []), page
        assert (arabic / f"{page}.html").is_file() == twin, page
        if not twin:
            continue
        back = tree(arabic / f"{page}.html").cssselect("a.twin, link[rel=alternate][hreflang]")
        assert [link.get("hreflang") for link in back] == ["en", "en"]
        for link, home, other in (
            (links[0], edition.html, arabic),
            (back[0], arabic, edition.html),
        ):
            folder = (home / f"{page}.html").parent
            assert (folder / link.get("href")).resolve() == (other / f"{page}.html").resolve()


def test_pages_say_their_language_and_direction(arabic, edition):
    for page in translation.published("ar"):
        root = tree(arabic / f"{page}.html")
        english = tree(edition.html / f"{page}.html")
        assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
        assert (english.get("lang"), english.get("dir")) == ("en", None)
        assert [len(one.cssselect("link[href*='rtl.css']")) for one in (root, english)] == [1, 0]


def test_links_lead_to_pages_of_either_language(arabic):
    for page in translation.published("ar"):
        path = arabic / f"{page}.html"
        for link in tree(path).cssselect("a[href]"):
            href = link.get("href").split("#")[0].split("?")[0]
            if href and not re.match(r"[a-z]+:", href):
                assert (path.parent / href).resolve().is_file(), (page, href)


def test_no_sentence_is_left_in_english(arabic):
    left = []
    for page in translation.published("ar"):
        root = lxml.html.parse(
            str(arabic / f"{page}.html"), lxml.html.HTMLParser(encoding="utf-8")
        ).getroot()
        # Code, names of sources, and titles of pages that are not translated yet.
        for extra in root.cssselect(
            "pre, code, script, style, noscript, .bibliography, .cite, .table-link, a[href*='../']"
        ):
            extra.drop_tree()
        body = root.cssselect("body")[0]
        left += [(page, words) for words in LATIN.findall(body.text_content())]
        for element in body.cssselect("[alt], [aria-label], [title]"):
            for name in ("alt", "aria-label", "title"):
                left += [(page, words) for words in LATIN.findall(element.get(name, ""))]
    assert left == []


@pytest.mark.skipif(not PRINTS, reason="Pango is not installed")
def test_the_print_edition_is_a_tagged_file_in_its_language(arabic):
    pdf = pypdf.PdfReader(build.outputs("ar")["PDF"])
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "ar" and root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert pdf.metadata.title == "ما بعد واشنطن"
    top = [item.title for item in pdf.outline if not isinstance(item, list)]
    assert top[:2] == ["المحتويات", "أبرز النتائج"]
    assert len(top) == 1 + len(translation.published("ar"))
    names = set()
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            for inner in font.get("/DescendantFonts", [font]):
                names.add(inner.get_object()["/BaseFont"].split("+")[-1])
    assert all(re.match(r"(Book|Source|IBM|Amiri)", name) for name in names), names


def test_an_untranslated_page_is_left_out_and_a_stale_one_too(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "BOOK", tmp_path)
    monkeypatch.setattr(places, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(places, "pages", lambda: ["a", "b", "c", "d"])
    folder = translation.source("ar")
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (folder / "a.po").write_text(f'{head}msgid "A"\nmsgstr "أ"\n')
    (folder / "b.po").write_text(f'{head}msgid "B"\nmsgstr ""\n')
    (folder / "c.po").write_text(f'{head}#, fuzzy\nmsgid "C"\nmsgstr "ت"\n')
    assert translation.published("ar") == ["a"]
    (folder / "b.po").write_text(f'{head}msgid "B"\nmsgstr "ب"\n')
    assert translation.published("ar") == ["a", "b"]
