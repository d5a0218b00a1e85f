"""The web edition: fonts served with the book, the print edition one click away."""

from __future__ import annotations

import re

from myst_nb.sphinx_ext import add_global_html_resources
from sphinx.application import Sphinx

from press import fonts

#: Functions that Jupyter Book always loads and this book does not have. One of them would ask
#: another host, and reports an error on every page.
UNUSED = re.compile(r"thebe|toggle(?:button|Hint|OpenOnPrint)|design-tabs", re.IGNORECASE)


def add_fonts(app: Sphinx, config) -> None:
    config.html_static_path = [*config.html_static_path, str(fonts.make() / "web")]


def early_styles(app: Sphinx) -> None:
    """Write the notebook styles before the pages that link to them.

    They come at the end of a build otherwise, and the links of the first build would lack the
    checksum that those of the second carry.
    """
    if app.builder.format == "html":
        (app.outdir / "_static").mkdir(parents=True, exist_ok=True)
        add_global_html_resources(app, None)


def offer_pdf(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    context["pdf_name"] = app.config.aw_pdf_name


def drop_unused(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not UNUSED.search(_words(file))]


def _words(file) -> str:
    """Address and inline text of a script or stylesheet, as Sphinx keeps them."""
    return f"{file} {getattr(file, 'attributes', {}).get('body') or ''}"


def setup(app: Sphinx) -> dict:
    # Empty when only the pages are built (plain jupyter-book): then no page offers a PDF.
    app.add_config_value("aw_pdf_name", "", "html")
    app.connect("config-inited", add_fonts)
    app.connect("builder-inited", early_styles)
    # Before the theme drops templates that come out empty, and after every extension had its say.
    app.connect("html-page-context", offer_pdf, priority=100)
    app.connect("html-page-context", drop_unused, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
