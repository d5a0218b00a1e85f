"""The editions in other languages: whole, in step with the first, from right to left."""

from __future__ import annotations

import csv
import importlib
import re
from collections import Counter
from functools import cache
from types import SimpleNamespace

import lxml.html
import pytest
from babel.messages import pofile
from conftest import PRINTS
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes

from press import build, places, translation

ROLE = re.compile(r"\{([\w:-]+)\}`([^`]*)`")
LATIN = re.compile(r"[A-Za-z][A-Za-z’'-]+(?:[ \u00a0,;:]+[A-Za-z][A-Za-z’'-]+){3,}")
#: Names that Arabic keeps: of a data set, of the authors of a method, of a typeface.
KEPT = {
    "Massive Missile Attacks on Ukraine",
    "Bailey, Strezhnev and Voeten",
    "IBM Plex Sans Arabic",
}


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


def test_translations_say_the_same_numbers():
    """Years, dates and sums that are typed; short ones may become words, and so do decades."""
    seen, wrong = 0, []
    for name, original, said in messages():
        given, kept = (
            {number.strip(".,") for number in re.findall(r"\d[\d.,]*(?!\d|s\b)", text)}
            for text in (
                re.sub(r"\{\w*\}|`[^`]*`", " ", ROLE.sub(" ", t)) for t in (original, said)
            )
        )
        seen += len(given)
        if differs := {number for number in given ^ kept if len(number) > 2}:
            wrong.append(f"{name}: {sorted(differs)} of {original[:80]!r}")
    assert seen > 2000
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
        path = arabic / f"{page}.html"
        root = lxml.html.parse(str(path), lxml.html.HTMLParser(encoding="utf-8")).getroot()
        # Code, names of sources, and titles of pages that are not translated yet.
        names = ".bibliography, a[href*='#source-'], .twin, em"
        extras = root.cssselect(f"pre, code, script, style, noscript, {names}")
        for link in root.cssselect("a[href]"):
            target = (path.parent / link.get("href").split("#")[0]).resolve()
            extras += [] if target.is_relative_to(arabic.resolve()) else [link]
        for extra in extras:
            if extra.getparent() is not None:  # and not gone with what it stood in
                extra.drop_tree()
        left += [(page, words) for words in LATIN.findall(root.text_content())]
        for element in root.cssselect("[alt], [aria-label], [title], meta[name=description]"):
            for name in ("alt", "aria-label", "title", "content"):
                left += [(page, words) for words in LATIN.findall(element.get(name, ""))]
    for figure in (arabic / "_figures").glob("*.svg"):
        for title in re.findall("<title>(.*?)</title>", figure.read_text(encoding="utf-8")):
            left += [(figure.name, words) for words in LATIN.findall(title)]
    assert [(page, words) for page, words in left if words not in KEPT] == []


def test_the_glossary_and_the_list_of_terms_say_the_same():
    with (places.BOOK / "locale/ar/terms.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["English"], row["Arabic"]) for row in csv.DictReader(file)]
    assert all(said.strip() for _, said in rows)
    assert len(rows) == len({english for english, _ in rows})
    lines = (places.BOOK / "glossary.md").read_text(encoding="utf-8").splitlines()
    terms = {line for line in lines[lines.index(":::{glossary}") + 1 :] if line.strip(": ")}
    terms -= {line for line in terms if line.startswith(" ")}
    said = {m: s for name, m, s in messages() if name == "glossary.po" and m in terms}
    assert len(terms) > 40
    assert {term: dict(rows).get(term) for term in terms} == said
    # Two explanations under one name would be one target.
    assert len(set(said.values())) == len(said)


def linked(monkeypatch, language, terms, *paragraphs, originals=("", "")):
    """What is linked in a chapter of two paragraphs: (term, words of the link), by paragraph."""
    monkeypatch.syspath_prepend(str(places.BOOK / "_ext"))
    aw_terms = importlib.import_module("aw_terms")
    objects = {("term", name): ("glossary", anchor) for name, anchor in terms.items()}
    document = new_document("chapter")
    document.settings.env = SimpleNamespace(
        docname="chapters/one",
        config=SimpleNamespace(language=language),
        get_domain=lambda name: SimpleNamespace(objects=objects),
    )
    for words, original in zip(paragraphs, originals, strict=True):
        document += nodes.paragraph(original, "", nodes.Text(words))
    aw_terms.LinkTerms(document).run()
    assert [p.astext() for p in document.findall(nodes.paragraph)] == list(paragraphs)
    return [
        [(x["reftarget"], x.astext()) for x in p.findall(addnodes.pending_xref)]
        for p in document.findall(nodes.paragraph)
    ]


#: A term of the glossary, running text, and what of it becomes the link.
ARABIC_USES = [
    ("تصويت مسجَّل", "في كل تصويت مسجل", "تصويت مسجل"),
    ("تصويت مسجَّل", "وبالتصويت المسجَّل وحده", "وبالتصويت المسجَّل"),
    ("الأسعار الجارية", "قياساً للأسعار الجارية", "للأسعار الجارية"),
    ("الأسعار الجارية", "بأسعار جارية.", "بأسعار جارية"),
    ("مجموعة قتالية", "ثماني مجموعات قتالية", "مجموعات قتالية"),
    ("مجموعة قتالية", "فالمجموعة القتالية", "فالمجموعة القتالية"),
    ("التزام", "ولالتزاماتهم ثمن", "ولالتزاماتهم"),
    ("التزام", "فالالتزام قائم", "فالالتزام"),
    ("التزام", "يعدّه التزاماً عاماً", "التزاماً"),
    ("شرك خداعي", "كان شركًا خداعيًا، لا غير", "شركًا خداعيًا"),
    ("تصويت مسجَّل", "كل التصويتات المسجلة", "التصويتات المسجلة"),
    ("المادة الخامسة", "بموجب المادة\u00a0الخامسة", "المادة\u00a0الخامسة"),
    ("غيران-2", "ومنها «غيران-2»", "غيران-2"),
    ("المعيار ICD 203", "بالمعيار ICD 203", "بالمعيار ICD 203"),
    ("NSATU", "قيادة (NSATU) في فيسبادن", "NSATU"),
    # Other words that only begin or end alike.
    ("سيبري", "في سيبريا وفي المجال السيبراني", None),
    ("أسطول الظل", "أسطول الظلام", None),
    ("تخصيص", "متخصيص", None),
    ("غيران-2", "غيران-20", None),
]


def test_the_first_use_of_a_term_is_linked_as_arabic_writes_it(monkeypatch):
    for term, sentence, link in ARABIC_USES:
        found = linked(monkeypatch, "ar", {term: "term-x"}, sentence, sentence)
        assert found == [[(term, link)] if link else [], []], (term, sentence)
    # An irregular plural comes from the list of terms; it and its singular are one term.
    terms = {"decoy": "term-decoy", "شرك خداعي": "term-decoy"}
    found = linked(monkeypatch, "ar", terms, "بعض الشراك الخداعية", "وشرك خداعي")
    assert found == [[("decoy", "الشراك الخداعية")], []]
    # A common word is linked only where the original has the term: any duty is التزام.
    terms = {"commitment": "term-commitment", "التزام": "term-commitment"}
    originals = ["They owe each other defence.", "A commitment is wider."]
    found = linked(monkeypatch, "ar", terms, "بينهما التزام", "والالتزام أوسع", originals=originals)
    assert found == [[], [("التزام", "والالتزام")]]
    # English stays what it was: no endings but an s, names in their own case.
    terms = {"decoy": "term-decoy", "PALM": "term-PALM"}
    found = linked(monkeypatch, "en", terms, "A palm, decoyed; Decoys and PALM", "a decoy")
    assert found == [[("decoy", "Decoys"), ("PALM", "PALM")], []]


def test_terms_are_linked_in_arabic_chapters(arabic):
    if "glossary" not in translation.published("ar"):
        pytest.skip("the glossary is not translated")
    glossary = tree(arabic / "glossary.html")
    known = {dt.get("id") for dt in glossary.cssselect("dt[id]")}
    for page in translation.published("ar"):
        links = tree(arabic / f"{page}.html").cssselect("article a[href*='glossary.html#']")
        targets = [link.get("href").split("#")[1] for link in links]
        if page.startswith("chapters/"):
            assert targets, page
        assert set(targets) <= known and len(targets) == len(set(targets)), page


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
