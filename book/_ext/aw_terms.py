"""The terms of the glossary, linked where a chapter uses them first.

Nobody has to mark a term in the text: what the glossary explains is found by its words.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

#: Text in these is not running text of the chapter: links, headings, code, figures, claims.
OUTSIDE = (nodes.reference, addnodes.pending_xref, nodes.title, nodes.literal, nodes.figure)
OUTSIDE += (nodes.table, nodes.raw, nodes.caption)


def running_text(paragraph: nodes.paragraph):
    """The pieces of text of a paragraph in which a term may be linked."""
    for piece in paragraph.findall(nodes.Text):
        parent, inside = piece.parent, True
        while parent is not paragraph:
            if isinstance(parent, OUTSIDE):
                inside = False
                break
            parent = parent.parent
        if inside:
            yield piece


def outside(paragraph: nodes.paragraph) -> bool:
    parent = paragraph.parent
    while parent is not None:
        if isinstance(parent, OUTSIDE) or "claims" in parent.get("classes", ()):
            return True
        parent = parent.parent
    return False


class LinkTerms(SphinxPostTransform):
    """Before references are resolved: the first use of each term becomes a reference."""

    default_priority = 2

    def run(self, **kwargs) -> None:
        if not self.env.docname.startswith("chapters/"):
            return
        domain = self.env.get_domain("std")
        terms = [name for kind, name in domain.objects if kind == "term"]
        # Different words for one thing share the anchor of their explanation.
        anchors = {name: domain.objects["term", name] for name in terms}
        open_terms = {name: self.pattern(name) for name in sorted(terms, key=len, reverse=True)}
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if outside(paragraph):
                continue
            for name in list(open_terms):
                if name in open_terms and self.link(paragraph, name, open_terms[name]):
                    done = anchors[name]
                    open_terms = {n: p for n, p in open_terms.items() if anchors[n] != done}

    @staticmethod
    def pattern(name: str) -> re.Pattern:
        common = name[0].islower()
        plural = "s?" if common else ""
        flags = re.IGNORECASE if common else 0
        return re.compile(rf"(?<![\w-]){re.escape(name)}{plural}(?![\w-])", flags)

    @staticmethod
    def link(paragraph: nodes.paragraph, name: str, pattern: re.Pattern) -> bool:
        for piece in running_text(paragraph):
            found = pattern.search(piece.astext())
            if not found:
                continue
            before, after = piece.astext()[: found.start()], piece.astext()[found.end() :]
            link = addnodes.pending_xref(
                "",
                refdomain="std",
                reftype="term",
                reftarget=name,
                refexplicit=True,
                refwarn=True,
            )
            link += nodes.inline("", found.group(), classes=["term"])
            piece.parent.replace(
                piece, [n for n in (nodes.Text(before), link, nodes.Text(after)) if n.astext()]
            )
            return True
        return False


def setup(app: Sphinx) -> dict:
    app.add_post_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
