"""The print edition: whole, linked, tagged, with its fonts."""

from __future__ import annotations

import html
import re
import unicodedata

import lxml.html
import pypdf
import pytest
from conftest import Edition
from pypdf.generic import IndirectObject

from press import build, printing

pytestmark = pytest.mark.skipif(not printing.load(), reason="Pango is not installed")


TITLES = {"en": ("After Washington", "Contents"), "ar": ("ما بعد واشنطن", "المحتويات")}


@pytest.fixture(scope="module", params=TITLES)
def printed(request, edition):
    """The book in one language, pages and print."""
    if request.param == edition.language:
        return edition
    build.build(request.param, pdf=True)
    paths = build.outputs(request.param)
    return Edition(paths["HTML"].parent, paths["PDF"], request.param)


def letters(text):
    """Letters and digits of a line in no order: Arabic is read back in the order of drawing."""
    plain = unicodedata.normalize("NFKC", text)
    return sorted(letter for letter in plain if letter.isalnum())


@pytest.fixture(scope="module")
def pdf(printed):
    return pypdf.PdfReader(printed.pdf)


@pytest.fixture(scope="module")
def texts(pdf):
    return [page.extract_text() or "" for page in pdf.pages]


@pytest.fixture(scope="module")
def pages(texts):
    return [" ".join(text.split()) for text in texts]


def outline(items, level=1):
    for item in items:
        if isinstance(item, list):
            yield from outline(item, level + 1)
        else:
            yield level, item


def titles(edition) -> list[str]:
    out = []
    for path in edition.pages():
        root = lxml.html.parse(str(path), lxml.html.HTMLParser(encoding="utf-8")).getroot()
        # In print the front page is called by its contents; the name of the book is on the cover.
        level = "h1" if out else "h2"
        heading = root.cssselect(f"article.bd-article {level}")[0]
        for extra in heading.cssselect(".headerlink, .section-number"):
            extra.drop_tree()
        out.append(" ".join(heading.text_content().split()))
    return out


def test_it_is_a_tagged_file_with_title_language_and_bookmarks(pdf, printed):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    title, contents = TITLES[printed.language]
    assert root["/Lang"] == printed.language
    assert pdf.metadata.title == title
    assert b"pdfuaid" in root["/Metadata"].get_data()
    top = [item.title for level, item in outline(pdf.outline) if level == 1]
    assert top[0] == contents
    assert top[1:] == titles(printed)


def test_contents_give_the_page_on_which_each_chapter_begins(pdf, texts, printed):
    starts = {
        item.title: pdf.get_destination_page_number(item) + 1
        for level, item in outline(pdf.outline)
        if level == 1
    }
    _, name = TITLES[printed.language]
    found = {}
    for number in range(starts[name] - 1, min(starts[title] for title in titles(printed)) - 1):
        for line in texts[number].splitlines():
            # The number of a chapter, its name, dots, the page.
            if parts := re.fullmatch(r"\s*\d*(.*?)[ .]*?(\d+)\s*", line):
                found["".join(letters(parts[1]))] = int(parts[2])
    given = {title: found.get("".join(letters(title))) for title in titles(printed)}
    assert given == {title: starts[title] for title in titles(printed)}


def test_all_fonts_are_embedded_and_ours(pdf):
    names = set()

    def fonts(resources):
        for font in (resources or {}).get("/Font", {}).values():
            font = font.get_object()
            for inner in font.get("/DescendantFonts", [font]):
                inner = inner.get_object()
                names.add(inner["/BaseFont"])
                descriptor = inner["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & set(descriptor), inner["/BaseFont"]

    for page in pdf.pages:
        fonts(page["/Resources"].get_object())
    plain = {name.split("+")[-1] for name in names}
    assert plain
    assert all(re.match(r"(Book|Source|IBM|Amiri)", name) for name in plain), plain


def test_every_internal_link_leads_to_a_place_in_the_file(pdf):
    known = set(pdf.named_destinations)
    links = 0
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            annotation = annotation.get_object()
            if (
                annotation.get("/Subtype") != "/Link"
                or "/A" in annotation
                and "/URI" in annotation["/A"]
            ):
                continue
            target = annotation.get("/Dest") or annotation["/A"]["/D"]
            links += 1
            if isinstance(target, IndirectObject):
                target = target.get_object()
            assert str(target) in known, target
    assert links > 100


def test_every_figure_of_the_pages_is_in_print_and_described(pdf, printed):
    wanted = []
    for path in printed.pages():
        root = lxml.html.parse(str(path), lxml.html.HTMLParser(encoding="utf-8")).getroot()
        wanted += [image.get("alt") for image in root.cssselect("article figure img")]
    described = []

    def walk(element, depth=0):
        if isinstance(element, IndirectObject):
            element = element.get_object()
        if isinstance(element, list):
            for child in element:
                walk(child, depth + 1)
        elif isinstance(element, dict):
            if element.get("/S") == "/Figure":
                described.append(str(element.get("/Alt", "")))
            if "/K" in element:
                walk(element["/K"], depth + 1)

    walk(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert len(wanted) >= 9
    assert sorted(described) == sorted(wanted)


def test_words_in_figures_can_be_searched(texts, printed):
    known = {"".join(letters(line)) for text in texts for line in text.split("\n")}
    seen, lost = 0, []
    for figure in printed.html.glob("_figures/*.svg"):
        if figure.name.endswith(".narrow.svg"):
            continue
        svg = figure.read_text(encoding="utf-8")
        title = letters(html.unescape(re.search(r"<dc:title>(.*?)</dc:title>", svg)[1]))
        drawn = ["".join(letters(html.unescape(w))) for w in re.findall("<!-- (.*?) -->", svg)]
        # Its title stands there in one line or in several, one after the other.
        spans = [
            drawn[i:j] for i in range(len(drawn)) for j in range(i + 1, min(i + 6, len(drawn) + 1))
        ]
        lines = next((span for span in spans if sorted("".join(span)) == title), None)
        assert lines, figure.name
        seen += 1
        lost += [(figure.name, line) for line in lines if line not in known]
    assert seen >= 9
    assert lost == []


def test_nothing_raw_or_lost_is_printed(pages):
    text = "\n".join(pages)
    assert re.findall(r"\{[a-z:-]+\}`|::[a-z_]+:|\bnan\b|Show the code", text) == []
    empty = [n for n, page in enumerate(pages, start=1) if len(page) < 15]
    assert empty == []


def test_running_heads_name_the_chapter(pdf, printed):
    starts = sorted(
        (pdf.get_destination_page_number(item), item.title)
        for level, item in outline(pdf.outline)
        if level == 1
    )
    for (first, title), (after, _) in zip(starts, starts[1:], strict=False):
        for number in range(first + 1, after):
            head = []

            def keep(text, cm, tm, font, size, head=head):
                # The text block begins 25 mm below the upper edge of a page of 297 mm.
                if cm[5] + tm[5] * cm[3] > (297 - 25) / 25.4 * 72:
                    head.append(text)

            pdf.pages[number].extract_text(visitor_text=keep)
            both = title + TITLES[printed.language][0]
            assert letters("".join(head)) == letters(both), (title, number + 1)


def test_it_is_no_larger_than_needed(printed):
    assert printed.pdf.stat().st_size < 6_000_000
