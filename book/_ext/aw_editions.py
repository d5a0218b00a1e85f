"""One site in several languages: each page beside its twin, and only what is translated.

All pages are read in every language, so that numbers, references and computed values are the same
in all of them. Pages whose translation is not complete are then left out: they are not written,
stand in no list of contents, and links to them lead to their twin in the first language.
"""

from __future__ import annotations

import functools
import json
import pickle
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.search import SearchLanguage
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import extract_messages

from afterwashington import words
from afterwashington.words import t
from press import places, translation

ORIGINAL = next(iter(translation.LANGUAGES))
logger = logging.getLogger(__name__)


@functools.cache
def published(language: str) -> list[str]:
    """Pages of the edition; they do not change while Sphinx runs."""
    return translation.published(language)


class EditionBuilder(StandaloneHTMLBuilder):
    """The pages of one language, beside those of the others."""

    def write(self, build_docnames, updated_docnames, method="update") -> None:
        pages = set(published(self.config.aw_language))
        wanted = self.env.found_docs if build_docnames is None else set(build_docnames)
        super().write(wanted & pages, [n for n in updated_docnames if n in pages], method)

    def load_indexer(self, docnames) -> None:
        left_out = self.env.found_docs - set(published(self.config.aw_language))
        super().load_indexer({*docnames, *left_out})

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        uri = super().get_target_uri(docname, typ)
        foreign = docname in self.env.all_docs and docname not in published(self.config.aw_language)
        return f"../{uri}" if foreign else uri

    def handle_page(self, pagename: str, *args, **kwargs) -> None:
        super().handle_page(pagename, *args, **kwargs)
        if words.right_to_left():
            # No template of the theme lets the attribute be set.
            path = Path(self.get_outfilename(pagename))
            html = path.read_text(encoding="utf-8")
            path.write_text(html.replace("<html ", '<html dir="rtl" ', 1), encoding="utf-8")


def speak(app: Sphinx, config) -> None:
    """Settings that readers see, in the language of the edition."""
    config.html_title = t(config.html_title)
    config.author = t(config.author)
    config.numfig_format = {kind: t(form) for kind, form in config.numfig_format.items()}
    config.nb_code_prompt_show = t("Show the code")
    config.nb_code_prompt_hide = t("Hide the code")
    config.html_theme_options["search_bar_text"] = t("Search the book")


def leave_out(app: Sphinx, env: BuildEnvironment) -> None:
    """Take untranslated pages out of the contents, after their numbers were given.

    Only in memory, and after the environment was stored: the next build counts all pages again.
    """
    if app.config.aw_language == ORIGINAL or app.builder.format != "html":
        return
    pages, root = set(published(app.config.aw_language)), app.config.root_doc
    env.get_doctree(root)
    doctree = pickle.loads(env._pickled_doctree_cache[root])
    for tree in (doctree, env.tocs[root]):
        for toctree in list(tree.findall(addnodes.toctree)):
            toctree["entries"] = [entry for entry in toctree["entries"] if entry[1] in pages]
            toctree["includefiles"] = [name for name in toctree["includefiles"] if name in pages]
            if toctree.get("caption"):
                toctree["caption"] = toctree["rawcaption"] = t(toctree["caption"])
            if not toctree["entries"]:
                toctree.parent.remove(toctree)
    env._pickled_doctree_cache[root] = pickle.dumps(doctree)
    env._write_doc_doctree_cache.pop(root, None)
    env.__dict__.pop("master_doctree", None)
    env.toctree_includes[root] = [n for n in env.toctree_includes[root] if n in pages]


def watch_catalogue(app: Sphinx, docname: str, content: list[str]) -> None:
    compiled = translation.compiled_folder() / app.config.aw_language / "LC_MESSAGES"
    if app.config.aw_language != ORIGINAL:
        app.env.note_dependency(str(compiled / f"{docname}.mo"))


def printed(node: nodes.Node) -> bool:
    """Whether a notebook printed it, in a cell of a table: its own account tells what is missing."""
    while node and not isinstance(node, nodes.entry):
        node = node.parent
    while node and "cell_output" not in node.get("classes", []):
        node = node.parent
    return node is not None


def check_translation(app: Sphinx, doctree: nodes.document) -> None:
    """A page that counts as done must not print a word that its catalogue does not know."""
    language, page = app.config.aw_language, app.env.docname
    asked = words.asked()
    if app.builder.format == "html":
        words.forget()
    if language == ORIGINAL or page not in published(language) or app.builder.format != "html":
        return
    lost = [
        message
        for node, message in extract_messages(doctree)
        if node.get("translated") is False
        and re.match(r"[^\u0600-\u06ff]*[A-Za-z]{3}", message)
        and not printed(node)
    ]
    lost += [message for message, said in asked.items() if said is None]
    run = app.aw_runs.get(page)
    lost += [message for message, said in run.words.items() if said is None] if run else []
    for message in dict.fromkeys(lost):
        logger.warning(
            "no %s translation: %r; run: book.py translate", language, message, location=page
        )


def tell_words(app: Sphinx, exception) -> None:
    """Beside the templates of the pages, what the directives printed."""
    if not exception and app.builder.name == "gettext":
        path = Path(app.outdir) / "asked.json"
        path.write_text(json.dumps(list(words.asked())), encoding="utf-8")


def name_twins(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Links to the same page in the other languages, and their addresses for search engines."""
    language = app.config.aw_language
    context["direction"] = "rtl" if words.right_to_left() else "ltr"
    context["t"] = t
    context["twins"] = twins = []
    if pagename not in places.pages():
        return
    up = "" if language == ORIGINAL else "../"
    for other in translation.twins(language, pagename):
        folder = up if other == ORIGINAL else f"{up}{other}/"
        uri = context["pathto"](f"{folder}{pagename}.html", 1)
        twins.append({"language": other, "name": translation.LANGUAGES[other], "uri": uri})
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<link rel="alternate" hreflang="{twin["language"]}" href="{twin["uri"]}">'
        for twin in twins
    )


def say_as_the_book(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Words of the theme for which the book has better ones than its catalogue."""
    if app.config.aw_language == ORIGINAL or "translate" not in context:
        return
    theme, own = context["translate"], {"Contents": t("Contents"), "By": t("By")}
    context["translate"] = lambda message: own.get(message) or theme(message)


def drop_mirror(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Jupyter Book loads every stylesheet that it finds; this one is for one direction only."""
    if not words.right_to_left():
        files = context["css_files"]
        context["css_files"] = [one for one in files if "rtl.css" not in str(one.filename)]


class SignFirst(SphinxPostTransform):
    """Computed numbers below zero: among words from right to left the sign would change sides."""

    default_priority = 700

    def run(self, **kwargs) -> None:
        if not words.right_to_left():
            return
        for pasted in self.document.findall(nodes.inline):
            if "pasted-text" in pasted["classes"] and re.match(r"[-\u2212]\d", pasted.astext()):
                pasted.children = [nodes.Text(f"\u2066\u2212{pasted.astext()[1:]}\u2069")]


class SearchArabic(SearchLanguage):
    """Words as readers type them: without vowel marks, hamza, article and attached particles."""

    lang = "ar"
    language_name = "Arabic"
    js_splitter_code = r"""
var splitQuery = (query) => query.normalize("NFC").replace(/[\u064b-\u0652\u0670\u0640]/g, "")
  .split(/[^\p{Letter}\p{Number}_]+/gu).filter((term) => term);
"""
    js_stemmer_code = r"""
var Stemmer = function () {
  this.stemWord = (word) => {
    let w = word.toLowerCase().replace(/[\u064b-\u0652\u0670\u0640]/g, "")
      .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627").replace(/\u0629/g, "\u0647")
      .replace(/[\u0649\u0626]/g, "\u064a").replace(/\u0624/g, "\u0648");
    const cut = w.replace(/^[\u0648\u0641]?(?:[\u0628\u0643]?\u0627\u0644|\u0644\u0644)(?=..)/, "");
    return cut.length > 2 ? cut : w;
  };
};
"""
    MARKS = re.compile("[\u064b-\u0652\u0670\u0640]")
    LETTERS = str.maketrans("آأإٱةىئؤ", "ااااهييو")
    ARTICLE = re.compile("^[وف]?(?:[بك]?ال|لل)(?=..)")

    def split(self, text: str) -> list[str]:
        return re.findall(r"\w+", self.MARKS.sub("", text))

    def stem(self, word: str) -> str:
        plain = self.MARKS.sub("", word.lower()).translate(self.LETTERS)
        cut = self.ARTICLE.sub("", plain)
        return cut if len(cut) > 2 else plain

    def word_filter(self, word: str) -> bool:
        return len(word) > 1


def setup(app: Sphinx) -> dict:
    app.add_builder(EditionBuilder, override=True)
    app.add_search_language(SearchArabic)
    app.add_post_transform(SignFirst)
    app.connect("config-inited", speak)
    app.connect("source-read", watch_catalogue)
    app.connect("doctree-read", check_translation)
    app.connect("env-check-consistency", leave_out)
    app.connect("build-finished", tell_words)
    app.connect("html-page-context", name_twins, priority=100)
    app.connect("html-page-context", say_as_the_book, priority=900)
    app.connect("html-page-context", drop_mirror, priority=900)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
