"""Claims and sources in the text: cited by id, printed from the tables, never typed twice."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from afterwashington import data, evidence
from press import places

VERDICTS = ("confirmed", "imprecise", "contradicted", "contested", "unverifiable")


def reference(target: str, text: str, classes: tuple[str, ...] = ()) -> nodes.Node:
    """A link to an explicit target anywhere in the book."""
    xref = addnodes.pending_xref(
        "", refdomain="std", reftype="ref", reftarget=target, refexplicit=True, refwarn=True
    )
    xref += nodes.inline("", text, classes=["std", "std-ref", *classes])
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
        parts += [nodes.Text("; ")] if parts else []
        parts.append(reference(f"source-{source_id}", frame.loc[source_id, "label"], ("cite",)))
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
        words = f"{word or 'claim'}\u00a0{claim_id}"
        return [reference(f"claim-{claim_id}", words, ("claim",))], []


def claim_entry(claim, *, ledger: bool) -> nodes.Node:
    """One claim: id and paragraph, verdict, statement, finding; with sources in the ledger."""
    entry = nodes.container(classes=["claim", f"verdict-{claim.verdict}"])
    if ledger:
        entry["ids"].append(f"claim-{claim.claim_id}")
    head = nodes.paragraph(classes=["claim-head"])
    if ledger:
        head += nodes.strong("", claim.claim_id)
    else:
        head += reference(f"claim-{claim.claim_id}", claim.claim_id, ("claim",))
    head += nodes.Text(f" · {claim.paragraph} · {claim.claim_type} · ")
    head += nodes.inline("", claim.verdict, classes=["verdict"])
    head += nodes.Text(f" · confidence {claim.confidence}")
    entry += head
    entry += nodes.paragraph("", claim.statement, classes=["claim-statement"])
    finding = nodes.paragraph("", claim.finding, classes=["claim-finding"])
    if ledger:
        finding += nodes.Text(" ")
        finding += nodes.inline(
            "",
            "",
            nodes.Text("("),
            *cite(claim.source_ids.split(";")),
            nodes.Text(")"),
            classes=["claim-sources"],
        )
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
        box += [claim_entry(claim, ledger=False) for claim in frame.itertuples()]
        return [box]


class Deferred(nodes.General, nodes.Element):
    """Stands where a list goes that only the whole book can fill."""


class Ledger(SphinxDirective):
    """Every claim that a chapter of the book tests, by paragraph, with links back."""

    def run(self):
        depend_on(self.env, "claims")
        for claim in evidence.claims().itertuples():
            announce(self.env, f"claim-{claim.claim_id}", claim.claim_id)
        return [Deferred(kind="ledger")]


class Bibliography(SphinxDirective):
    """Every source that the book cites."""

    def run(self):
        depend_on(self.env)
        for source in evidence.sources().itertuples():
            announce(self.env, f"source-{source.source_id}", source.label)
        return [Deferred(kind="bibliography")]


class LedgerSummary(SphinxDirective):
    """``{verdict-count}``: how many of the claims tested so far got which verdict."""

    def run(self):
        depend_on(self.env, "claims")
        return [Deferred(kind="summary")]


def ledger_entries(app: Sphinx) -> list[nodes.Node]:
    env, out, paragraph = app.env, [], None
    used = tested(env)
    claims = evidence.claims(*sorted(used)).sort_values(["paragraph", "claim_id"])
    for claim in claims.itertuples():
        if claim.paragraph != paragraph:
            paragraph = claim.paragraph
            out.append(nodes.rubric("", f"Paragraph {paragraph}", classes=["claim-paragraph"]))
        entry = claim_entry(claim, ledger=True)
        links = nodes.paragraph("", "Tested in ", classes=["claim-links"])
        for i, docname in enumerate(used[claim.claim_id]):
            links += [nodes.Text(", ")] if i else []
            link = addnodes.pending_xref(
                "",
                refdomain="std",
                reftype="doc",
                refwarn=True,
                reftarget=f"/{docname}",
                refexplicit=True,
            )
            link += nodes.inline("", env.titles[docname].astext())
            links += link
        entry += links
        out.append(entry)
    return out


def tested(env) -> dict[str, list[str]]:
    """claim id -> chapters that cite it, both in order."""
    used: dict[str, list[str]] = {}
    for docname in sorted(env.aw_claims):
        for claim_id in env.aw_claims[docname]:
            used.setdefault(claim_id, []).append(docname)
    return used


def summary(app: Sphinx) -> list[nodes.Node]:
    used = tested(app.env)
    counts = evidence.claims(*sorted(used))["verdict"].value_counts() if used else {}
    box = nodes.paragraph(classes=["verdict-count"])
    box += nodes.Text(f"Claims tested so far: {len(used)}. ")
    for verdict in VERDICTS:
        if verdict in counts:
            box += nodes.inline("", f"{counts[verdict]} {verdict}", classes=["verdict", verdict])
            box += nodes.Text(" ")
    return [box]


def bibliography_entries(app: Sphinx) -> list[nodes.Node]:
    env = app.env
    used = set().union(*env.aw_sources.values()) if env.aw_sources else set()
    claims = tested(env)
    if claims:
        for ids in evidence.claims(*sorted(claims))["source_ids"]:
            used.update(ids.split(";"))
    out = []
    frame = evidence.sources(*sorted(used)) if used else evidence.sources().head(0)
    for source in frame.sort_values("label", key=lambda s: s.str.casefold()).itertuples():
        entry = nodes.paragraph(ids=[f"source-{source.source_id}"], classes=["source"])
        entry += nodes.strong("", source.label)
        date = f", {source.date}" if isinstance(source.date, str) and source.date else ""
        entry += nodes.Text(f". {source.title}. {source.publisher}{date}. ")
        if isinstance(source.url, str) and source.url.startswith("http"):
            entry += nodes.reference("", source.url, refuri=source.url, classes=["source-url"])
            entry += nodes.Text(" ")
        entry += nodes.inline(
            "", f"{source.kind}, reliability {source.reliability}", classes=["source-kind"]
        )
        out.append(entry)
    return out


FILL = {"ledger": ledger_entries, "summary": summary, "bibliography": bibliography_entries}


class FillDeferred(SphinxPostTransform):
    """Runs before references are resolved, so that the new links are resolved with the rest."""

    default_priority = 1

    def run(self, **kwargs) -> None:
        for node in list(self.document.findall(Deferred)):
            parts = FILL[node["kind"]](self.app)
            node.replace_self(nodes.container("", *parts, classes=[node["kind"]]))


def setup(app: Sphinx) -> dict:
    app.add_node(Deferred)
    app.add_role("source", SourceRole())
    app.add_role("claim", ClaimRole())
    for name, directive in (
        ("claims", Claims),
        ("ledger", Ledger),
        ("source-list", Bibliography),
        ("verdict-count", LedgerSummary),
    ):
        app.add_directive(name, directive)
    app.add_post_transform(FillDeferred)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
