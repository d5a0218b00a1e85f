"""Claims and sources in the text: cited by id, printed from the tables, never typed twice.

The ledger itself, in which all claims stand, is made by ``aw_ledger``.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from afterwashington import data, evidence
from afterwashington.words import right_to_left, t
from press import places


def reference(target: str, text: str) -> nodes.Node:
    """A link to an explicit target anywhere in the book."""
    xref = addnodes.pending_xref(
        "", refdomain="std", reftype="ref", reftarget=target, refexplicit=True, refwarn=True
    )
    xref += nodes.inline("", text, classes=["std", "std-ref"])
    return xref


def announce(env, target: str, title: str) -> None:
    """Make ``target``, an id on the page being read, known to the whole book."""
    domain = env.get_domain("std")
    domain.anonlabels[target] = (env.docname, target)
    domain.labels[target] = (env.docname, target, title)


def depend_on(env, *tables: str) -> None:
    for name in (*tables, "sources"):
        env.note_dependency(str(places.DATA / data.describe(name)["path"]))


def cite(ids: list[str]) -> list[nodes.Node]:
    """Linked labels of the sources, parted by semicolons."""
    frame = evidence.sources(*ids).set_index("source_id")
    parts: list[nodes.Node] = []
    for source_id in ids:
        parts += [nodes.Text(t("; "))] if parts else []
        # A full stop at the end of a label belongs to it, whatever the direction of the line.
        label = frame.loc[source_id, "label"] + ("\u200e" if right_to_left() else "")
        parts.append(reference(f"source-{source_id}", label))
    return parts


class SourceRole(SphinxRole):
    """``{source}`id, id` ``: labels in parentheses, linked to the bibliography."""

    def run(self):
        ids = [part.strip() for part in self.text.split(",") if part.strip()]
        try:
            parts = cite(ids)
        except data.DataError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]
        self.env.aw_sources.setdefault(self.env.docname, set()).update(ids)
        return [nodes.Text("("), *parts, nodes.Text(")")], []


class ClaimRole(SphinxRole):
    """``{claim}`C010` ``: a link to the claim in the ledger; ``{claim}`Claim C010` `` to begin with."""

    def run(self):
        word, _, claim_id = self.text.rpartition(" ")
        try:
            evidence.claims(claim_id)
        except data.DataError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]
        self.env.aw_claims.setdefault(self.env.docname, set()).add(claim_id)
        words = f"{word or t('claim')}\u00a0{claim_id}"
        return [reference(f"claim-{claim_id}", words)], []


def claim_entry(claim, head: list[nodes.Node]) -> nodes.container:
    """One claim: what identifies it (``head``), its verdict, the statement, the finding."""
    entry = nodes.container(classes=["claim", f"verdict-{claim.verdict}"])
    line = nodes.paragraph("", "", *head, classes=["claim-head"])
    line += nodes.Text(f" · {t(claim.claim_type)} · ")
    line += nodes.inline("", t(claim.verdict), classes=["verdict"])
    line += nodes.Text(" · " + t("confidence\u00a0{level}", level=t(claim.confidence)))
    entry += line
    entry += nodes.paragraph("", t(claim.statement), classes=["claim-statement"])
    finding = nodes.paragraph("", t(claim.finding), classes=["claim-finding"])
    if caveat := evidence.caveat(claim.source_ids, claim.basis):
        finding += nodes.Text(" ")
        finding += nodes.inline("", caveat, classes=["caveat"])
    entry += finding
    return entry


class Claims(SphinxDirective):
    """``{claims} C010 C018``: what the ledger says of these claims."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        ids = self.arguments[0].split()
        depend_on(self.env, "claims")
        try:
            frame = evidence.claims(*ids)
        except data.DataError as error:
            raise self.error(str(error)) from None
        self.env.aw_claims.setdefault(self.env.docname, set()).update(ids)
        box = nodes.container(classes=["claims"])
        for claim in frame.itertuples():
            link = reference(f"claim-{claim.claim_id}", claim.claim_id)
            box += claim_entry(claim, [link, nodes.Text(f" · {claim.paragraph}")])
        return [box]


class Deferred(nodes.General, nodes.Element):
    """Stands where something goes that only the whole book can fill.

    ``fill`` names the function of ``FILL`` that gives its nodes, from the environment of the book
    and this node.
    """


FILL: dict[str, Callable[[BuildEnvironment, Deferred], list[nodes.Node]]] = {}


class FillDeferred(SphinxPostTransform):
    """Runs before references are resolved, so that the new links are resolved with the rest."""

    default_priority = 1

    def run(self, **kwargs) -> None:
        for node in list(self.document.findall(Deferred)):
            node.replace_self(FILL[node["fill"]](self.env, node))


def citing_pages(env: BuildEnvironment) -> dict[str, list[str]]:
    """Which pages cite a claim: {claim id: pages in reading order}."""
    citing: dict[str, list[str]] = {}
    for page in places.pages():
        for claim_id in sorted(env.aw_claims.get(page, ())):
            citing.setdefault(claim_id, []).append(page)
    return citing


class Bibliography(SphinxDirective):
    """``{source-list}``: every source that the text, a figure or a verdict rests on."""

    def run(self):
        depend_on(self.env)
        for source in evidence.sources().itertuples():
            announce(self.env, f"source-{source.source_id}", source.label)
        return [Deferred(fill="bibliography")]


def bibliography(env: BuildEnvironment, node: Deferred) -> list[nodes.Node]:
    cited = set().union(*env.aw_sources.values())
    if not cited:
        return []
    box = nodes.container(classes=["bibliography"])
    frame = evidence.sources(*sorted(cited))
    for source in frame.sort_values("label", key=lambda s: s.str.casefold()).itertuples():
        entry = nodes.paragraph(ids=[f"source-{source.source_id}"], classes=["source"])
        entry += nodes.strong("", source.label)
        date = "" if pd.isna(source.date) else f", {source.date}"
        entry += nodes.Text(f". {source.title}. {source.publisher}{date}. ")
        if not pd.isna(source.url):
            entry += nodes.reference("", source.url, refuri=source.url, classes=["source-url"])
            entry += nodes.Text(" ")
        words = t("{kind}, reliability {grade}", kind=t(source.kind), grade=source.reliability)
        entry += nodes.inline("", words, classes=["source-kind"])
        box += entry
    return [box]


def check_tables(app: Sphinx) -> None:
    """Say what is wrong with the ledger once, and not at every place that cites it."""
    try:
        for name in ("claims", "sources", "paragraphs"):
            data.load(name)
    except data.DataError as error:
        raise ExtensionError(str(error)) from None


def setup(app: Sphinx) -> dict:
    FILL["bibliography"] = bibliography
    app.add_node(Deferred)
    app.connect("builder-inited", check_tables)
    app.add_role("source", SourceRole())
    app.add_role("claim", ClaimRole())
    app.add_directive("claims", Claims)
    app.add_directive("source-list", Bibliography)
    app.add_post_transform(FillDeferred)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
