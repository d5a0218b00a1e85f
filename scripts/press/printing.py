"""The print edition: the finished web pages, set again as a book and made into a tagged PDF.

The pages are read as they were built, so web and print cannot differ in a word or a number. Only
the article of each page is taken; the web theme's stylesheets never reach the print engine.
"""

from __future__ import annotations

import gc
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import jinja2
import lxml.html
from babel.dates import format_date
from lxml.html import HtmlElement

from afterwashington import words

from . import BuildError, fonts, lettering, places, translation

#: What is of use on a screen only.
SCREEN_ONLY = (
    "a.headerlink",
    ".figure-downloads",
    ".cell_input",
    "details.hide",
    ".toctree-wrapper",
    "button",
    "script",
    ".screen-only",
)


class PrintError(BuildError):
    """The pages cannot be set as a book; the message names the page and the cause."""


@dataclass
class Page:
    """One chapter or page of front or back matter, ready for print."""

    name: str
    slug: str
    part: str
    title: str
    number: str
    body: HtmlElement


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.rsplit("/", 1)[-1].lower()).strip("-")


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _article(site: Path, name: str) -> HtmlElement:
    page = lxml.html.parse(
        str(site / f"{name}.html"), lxml.html.HTMLParser(encoding="utf-8")
    ).getroot()
    found = page.cssselect("article.bd-article")
    if len(found) != 1:
        raise PrintError(f"{name}: expected one article on the page, found {len(found)}")
    for selector in SCREEN_ONLY:
        for element in found[0].cssselect(selector):
            element.drop_tree()
    for picture in found[0].cssselect("picture"):
        # The parser nests the image in the source element, which has no end tag.
        for source in picture.cssselect("source"):
            source.drop_tag()
        picture.drop_tag()
    for mark in found[0].cssselect(".pasted-text"):
        mark.drop_tag()
    _spaces_into_inlines(found[0])
    for cell in found[0].cssselect("div.cell"):
        if not _text(cell) and not cell.cssselect("img, table"):
            cell.drop_tree()
    return found[0]


def _spaces_into_inlines(body: HtmlElement) -> None:
    """Move a space before a link, an emphasis and the like to the inside of it.

    WeasyPrint 70 counts a space at the end of a piece of text against the width of the line: a line
    that would fit but for this space is broken after its first word.
    """
    for element in body.cssselect("p a, p em, p strong, p code, p span, li a, li em"):
        before = element.getprevious()
        text = element.getparent().text if before is None else before.tail
        if not text or not text.endswith(" ") or not text.strip():
            continue
        if before is None:
            element.getparent().text = text[:-1]
        else:
            before.tail = text[:-1]
        element.text = f" {element.text or ''}"


def _tall_figures_later(body: HtmlElement) -> None:
    """Let up to two paragraphs go before a figure that needs a page of its own anyway.

    The page before it would stay half empty otherwise.
    """
    for cell in body.cssselect("div.cell"):
        image = cell.cssselect("figure img")
        if not image or int(image[0].get("height")) < 1.1 * int(image[0].get("width")):
            continue
        for _ in range(2):
            following = cell.getnext()
            if following is None or following.tag != "p":
                break
            following.addnext(cell)


def _run_in_fields(body: HtmlElement) -> None:
    """A table of fields as one paragraph: on a screen one looks a field up, in print one skims."""
    for table in body.cssselect("table.fields"):
        paragraph = lxml.html.Element("p", {"class": "fields"})
        for row in table.cssselect("tbody tr"):
            name, kind, meaning = (_text(cell) for cell in row.cssselect("td"))
            code = lxml.html.Element("code")
            code.text, code.tail = name, f" ({kind}) {meaning}" + words.t("; ")
            paragraph.append(code)
        paragraph[-1].tail = paragraph[-1].tail.removesuffix(words.t("; ")) + "."
        table.getparent().replace(table, paragraph)


def _long_tables(body: HtmlElement) -> None:
    """Tables longer than a page must be allowed to break, or their caption is left behind."""
    for table in body.cssselect("table"):
        lines = sum(2 + len(_text(row)) // 130 for row in table.cssselect("tbody tr"))
        if lines > 45:
            table.classes.add("long")


def _ids_on_headings(body: HtmlElement) -> None:
    """A page number in the contents is that of the element with the id: the heading itself."""
    for section in body.cssselect("section[id]"):
        heading = next((c for c in section if re.fullmatch(r"h[1-6]", str(c.tag))), None)
        if heading is not None and not heading.get("id"):
            heading.set("id", section.attrib.pop("id"))


def _relink(page: Page, pages: dict[str, Page], site: Path) -> None:
    own = {e.get("id") for e in page.body.cssselect("[id]")}
    for element in page.body.cssselect("[id]"):
        element.set("id", f"{page.slug}--{element.get('id')}")
    folder = posixpath.dirname(page.name)
    for image in page.body.cssselect("img[src]"):
        image.attrib.pop("loading", None)
        image.set("src", posixpath.normpath(posixpath.join(folder, unquote(image.get("src")))))
        if not (site / image.get("src")).is_file():
            raise PrintError(f"{page.name}: no image {image.get('src')}")
    for link in page.body.cssselect("a[href]"):
        href = link.get("href")
        if urlsplit(href).scheme:
            continue
        path, anchor = urldefrag(href)
        target = posixpath.normpath(posixpath.join(folder, unquote(path))) if path else page.name
        if target.endswith(".html"):
            target = target.removesuffix(".html")
        if target not in pages:
            if target.startswith("../"):  # a page of another language
                link.drop_tag()
                continue
            if not (site / target).is_file():
                raise PrintError(f"{page.name}: link to {href!r} leads nowhere")
            link.drop_tag()  # a file beside the web pages
            continue
        if target == page.name and anchor and anchor not in own:
            raise PrintError(f"{page.name}: no anchor {anchor!r} on this page")
        link.set("href", f"#{pages[target].slug}--{anchor}" if anchor else f"#{pages[target].slug}")


def read_pages(site: Path, language: str) -> list[Page]:
    """The pages of ``site`` in reading order, links turned into links within one document."""
    parts = {
        e["file"]: words.t(part["caption"])
        for part in places.toc()["parts"]
        for e in part["chapters"]
    }
    out = []
    for name in translation.published(language):
        body = _article(site, name)
        _long_tables(body)
        _run_in_fields(body)
        _tall_figures_later(body)
        _ids_on_headings(body)
        title = body.cssselect("h1")[0]
        number = title.cssselect(".section-number")
        number_text = _text(number[0]).rstrip(".") if number else ""
        for element in number:
            element.drop_tree()
        # Numbers of sections within a chapter are noise in a book of essays.
        for element in body.cssselect(".section-number"):
            element.drop_tree()
        if not out and body.cssselect("h2"):
            # The front page opens with the name of the book; in print that stands on the cover.
            title.drop_tree()
            title = body.cssselect("h2")[0]
        page = Page(name, _slug(name), parts.get(name, ""), _text(title), number_text, body)
        title.drop_tree()
        out.append(page)
    by_name = {page.name: page for page in out}
    for page in out:
        _relink(page, by_name, site)
    return out


def assemble(site: Path, language: str) -> str:
    """The whole book as one HTML document for the print engine."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places.BOOK / "_templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages = read_pages(site, language)
    html = environment.get_template("print.html").render(
        language=language,
        direction="rtl" if words.right_to_left() else "ltr",
        t=words.t,
        day=format_date(places.citation()["date-released"], "d MMMM y", locale=language),
        month=format_date(places.citation()["date-released"], "MMMM y", locale=language),
        pages=[
            {
                "page": page,
                "html": lxml.html.tostring(page.body, encoding="unicode", with_tail=False),
            }
            for page in pages
        ],
        about=places.citation(),
        keywords=[words.t(keyword) for keyword in places.citation()["keywords"]],
    )
    ids = re.findall(r'\sid="([^"]+)"', html)
    twice = sorted({i for i in ids if ids.count(i) > 1}) if len(ids) != len(set(ids)) else []
    if twice:
        raise PrintError(f"ids that stand twice in the print edition: {', '.join(twice[:10])}")
    lost = sorted(set(re.findall(r'href="#([^"]+)"', html)) - set(ids))
    if lost:
        raise PrintError(
            f"links within the print edition that lead nowhere: {', '.join(lost[:10])}"
        )
    return html


def load() -> bool:
    """Import the print engine, which takes a moment; False if the system lacks what it needs."""
    try:
        import weasyprint  # noqa: F401
    except OSError:  # Pango is missing
        return False
    return True


def make_pdf(site: Path, target: Path, language: str) -> None:
    """Set the pages of ``site`` as a PDF/UA-1 file at ``target``."""
    import logging

    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class FromDisk(URLFetcher):
        """Files of this machine only, figures with their words as text."""

        def fetch(self, url, headers=None):
            if not url.endswith(".svg"):
                return super().fetch(url, headers)
            svg = Path(unquote(urlsplit(url).path)).read_text(encoding="utf-8")
            lettered = lettering.set_words(svg)
            return URLFetcherResponse(url, lettered, {"Content-Type": "image/svg+xml"})

    problems: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            problems.append(record.getMessage())

    collect = Collect(level=logging.WARNING)
    logging.getLogger("weasyprint").addHandler(collect)
    # Millions of small objects live until the end; looking for garbage among them costs a second.
    gc.disable()
    try:
        configuration = FontConfiguration()
        sheets = ["print.css", *(["print-rtl.css"] if words.right_to_left() else [])]
        css = "".join(
            (places.BOOK / "_templates" / name).read_text(encoding="utf-8") for name in sheets
        )
        faces = (fonts.make() / "print").as_uri()
        style = weasyprint.CSS(string=css.replace("fonts:", f"{faces}/"), font_config=configuration)
        document = weasyprint.HTML(
            string=assemble(site, language),
            base_url=f"{site.as_uri()}/",
            url_fetcher=FromDisk(allowed_protocols=("file", "data")),
        )
        document.write_pdf(
            target,
            stylesheets=[style],
            font_config=configuration,
            pdf_variant="pdf/ua-1",
            # Names in the file come from the content, not from where it was built.
            pdf_identifier=b"after-washington",
        )
    finally:
        gc.enable()
        logging.getLogger("weasyprint").removeHandler(collect)
    if problems:
        raise PrintError("the print engine warned: " + "; ".join(problems[:5]))
