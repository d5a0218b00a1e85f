"""The ledger: every claim of the article by paragraph, with its verdict and where it is tested."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from afterwashington import data, evidence
from afterwashington.words import t
from aw_data import table
from aw_evidence import (
    FILL,
    Deferred,
    announce,
    cite,
    citing_pages,
    claim_entry,
    depend_on,
    reference,
)
from aw_lists import list_filter


def codes(field: str) -> list[str]:
    """The values that a column of the ledger may have, in the order of the descriptor."""
    fields = data.describe("claims")["schema"]["fields"]
    return next(f["constraints"]["enum"] for f in fields if f["name"] == field)


def counts(claims, field: str) -> dict[str, int]:
    found = claims[field].value_counts()
    return {code: int(found.get(code, 0)) for code in codes(field)}


class Ledger(SphinxDirective):
    """``{ledger}``: a section for each paragraph of the article, in it its claims."""

    def run(self):
        depend_on(self.env, "claims", "paragraphs")
        claims = evidence.claims()
        cited = self.env.aw_sources.setdefault(self.env.docname, set())
        cited.update(claims.source_ids.str.split(";").explode())
        subjects = data.load("paragraphs").set_index("paragraph").subject
        out: list[nodes.Node] = [
            list_filter(
                ".ledger-claim",
                t("Search claims, findings and sources"),
                t("{shown} of {all} claims"),
                [
                    ("verdict", t("Verdict"), t("All verdicts"), counts(claims, "verdict")),
                    ("type", t("Kind"), t("All kinds"), counts(claims, "claim_type")),
                ],
            )
        ]
        for paragraph, group in claims.sort_values("claim_id").groupby("paragraph"):
            title = f"{paragraph} · {t(subjects[paragraph])}"
            section = nodes.section(ids=[f"paragraph-{paragraph}"], names=[title])
            section += nodes.title("", title, translatable=False)
            announce(self.env, f"paragraph-{paragraph}", title)
            section += [self.entry(claim) for claim in group.itertuples()]
            out.append(section)
        return out

    def entry(self, claim) -> nodes.Node:
        announce(self.env, f"claim-{claim.claim_id}", claim.claim_id)
        address = reference(f"claim-{claim.claim_id}", claim.claim_id)
        entry = claim_entry(claim, [address])
        entry["ids"].append(f"claim-{claim.claim_id}")
        entry["classes"] += ["ledger-claim", f"type-{claim.claim_type}"]
        anchor = nodes.inline("", claim.anchor, classes=["anchor", "language-ar"])
        entry.insert(1, nodes.paragraph("", "", anchor, classes=["claim-anchor"]))
        sources = nodes.paragraph("", t("Sources: "), classes=["claim-links"])
        sources += cite(claim.source_ids.split(";"))
        sources += nodes.Text(". ")
        sources += Deferred(fill="tested", claim=claim.claim_id)
        entry += sources
        return entry


def tested(env: BuildEnvironment, node: Deferred) -> list[nodes.Node]:
    """Links to the pages that cite a claim, or a plain statement that none does."""
    citing = citing_pages(env).get(node["claim"])
    if not citing:
        return [
            nodes.inline("", t("Not treated in a chapter of this edition."), classes=["untested"])
        ]
    out: list[nodes.Node] = [nodes.Text(t("Tested in "))]
    for i, page in enumerate(citing):
        out += [nodes.Text(t(", "))] if i else []
        link = addnodes.pending_xref(
            "",
            refdomain="std",
            reftype="doc",
            refwarn=True,
            reftarget=f"/{page}",
            refexplicit=True,
        )
        link += nodes.inline("", env.titles[page].astext())
        out.append(link)
    return [*out, nodes.Text(".")]


class VerdictCount(SphinxDirective):
    """``{verdict-count}``: how many claims of each kind got which verdict, as a table."""

    def run(self):
        depend_on(self.env, "claims")
        claims = evidence.claims()
        counts = pd.crosstab(claims.verdict, claims.claim_type, margins=True, margins_name="all")
        counts = counts.reindex(
            index=[*codes("verdict"), "all"], columns=[*codes("claim_type"), "all"], fill_value=0
        )
        rows = [[t(verdict), *map(str, row)] for verdict, *row in counts.itertuples()]
        matrix = table([t("verdict"), *map(t, counts)], rows, [25] + [15] * 5, ["verdicts"])
        return [matrix, Deferred(fill="untested")]


def untested(env: BuildEnvironment, node: Deferred) -> list[nodes.Node]:
    """How many claims no chapter treats yet."""
    total, cited = len(evidence.claims()), len(citing_pages(env))
    if cited == total:
        return [nodes.paragraph("", t("All {total} claims are tested in a chapter.", total=total))]
    words = t(
        "{cited} of the {total} claims are tested in a chapter of this edition. The others have "
        "their verdict and sources here, and say that no chapter treats them yet.",
        cited=cited,
        total=total,
    )
    return [nodes.paragraph("", words)]


def write_json(app: Sphinx, exception) -> None:
    """The ledger for download, with sources and chapters written out beside each claim."""
    if exception or app.builder.format != "html" or app.config.aw_language != "en":
        return
    sources = evidence.sources().astype(object)
    sources = sources.where(sources.notna(), None).set_index("source_id", drop=False)
    fields = ["source_id", "label", "title", "publisher", "date", "url", "kind", "reliability"]
    citing = citing_pages(app.env)
    claims = evidence.claims().astype(object)
    records = claims.where(claims.notna(), None).to_dict("records")
    for record in records:
        ids = record.pop("source_ids").split(";")
        record["sources"] = sources.loc[ids, fields].to_dict("records")
        record["tested_in"] = [f"{page}.html" for page in citing.get(record["claim_id"], [])]
    target = Path(app.outdir) / "_data" / Path(data.describe("claims")["path"]).with_suffix(".json")
    target.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> dict:
    FILL["tested"] = tested
    FILL["untested"] = untested
    app.add_directive("ledger", Ledger)
    app.add_directive("verdict-count", VerdictCount)
    # After aw_data has put the tables where readers download them.
    app.connect("build-finished", write_json, priority=600)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
