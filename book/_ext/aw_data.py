"""The data in the text: what a chapter read, and the appendix made from the data package."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from babel.dates import format_date
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from afterwashington import data
from aw_evidence import announce, reference
from press import places

#: Look-up tables that every other table is checked against; no chapter argues from them.
LOOKUPS = {"countries", "sources", "claims"}


def day(iso: str, language: str) -> str:
    words = format_date(date.fromisoformat(iso), "d MMMM y", locale=language)
    return words.replace(" ", "\u00a0")


def prose(text: str) -> nodes.paragraph:
    """A paragraph in which names between backticks are set as code."""
    parts = text.split("`")
    return nodes.paragraph(
        "", "", *(nodes.literal("", p) if i % 2 else nodes.Text(p) for i, p in enumerate(parts))
    )


def table(head: list[str], rows: list[list], widths: list[int], classes: list[str]) -> nodes.table:
    """A docutils table; each cell a string or a node."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=width) for width in widths]

    def line(cells):
        row = nodes.row()
        for cell in cells:
            entry = nodes.entry()
            entry += nodes.paragraph("", "", nodes.Text(cell) if isinstance(cell, str) else cell)
            row += entry
        return row

    group += nodes.thead("", line(head))
    group += nodes.tbody("", *(line(row) for row in rows))
    return nodes.table("", group, classes=classes)


def licence(resource: dict) -> str:
    return "; ".join(entry.get("title") or entry["name"] for entry in resource.get("licenses", []))


class ChapterData(SphinxDirective):
    """``{chapter-data}``: the tables that the chapter's notebook read, with their cut-off dates."""

    def run(self):
        self.env.note_dependency(str(places.DATA / "datapackage.json"))
        names = [n for n in self.env.aw_tables.get(self.env.docname, []) if n not in LOOKUPS]
        if not names:
            raise self.error("this chapter read no table")
        language = self.config.aw_language
        rows = []
        for name in names:
            resource = data.describe(name)
            rows.append(
                [
                    reference(f"table-{name}", resource["title"], ("table-link",)),
                    day(resource["cutoff"], language),
                    licence(resource),
                ]
            )
        latest = max(data.describe(name)["cutoff"] for name in names)
        note = nodes.paragraph(
            "",
            f"What this chapter knows ends on {day(latest, language)}, the latest cut-off "
            "among its tables.",
            classes=["cutoff"],
        )
        return [note, table(["Table", "Cut-off", "Licence"], rows, [42, 22, 36], ["chapter-data"])]


class DataTables(SphinxDirective):
    """``{data-tables}``: every table of the package: contents, fields, sources, licence, file."""

    def run(self):
        self.env.note_dependency(str(places.DATA / "datapackage.json"))
        page = self.env.app.builder.get_target_uri(self.env.docname)
        out = []
        for name in sorted(data.tables(), key=lambda n: data.describe(n)["title"].casefold()):
            resource = data.describe(name)
            announce(self.env, f"table-{name}", resource["title"])
            section = nodes.section(ids=[f"table-{name}"], names=[f"table-{name}"])
            section += nodes.title("", resource["title"])
            section += prose(resource["description"])
            facts = nodes.paragraph(classes=["table-facts"])
            facts += nodes.Text(
                f"Cut-off {day(resource['cutoff'], self.config.aw_language)} · "
                f"{licence(resource)} · "
            )
            path = resource["path"]
            facts += nodes.raw(
                "",
                f'<a href="{relative_uri(page, f"_data/{path}")}" download>{path}</a>',
                format="html",
            )
            section += facts
            rows = [
                [
                    nodes.literal("", field["name"]),
                    field["type"] + (f", {field['unit']}" if field.get("unit") else ""),
                    field.get("description") or field.get("title") or "",
                ]
                for field in resource["schema"]["fields"]
            ]
            section += table(["Field", "Type, unit", "Meaning"], rows, [33, 22, 45], ["fields"])
            out.append(section)
        return out


def copy_data(app: Sphinx, exception) -> None:
    """Readers download the tables from the same place as the pages."""
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_data"
    shutil.rmtree(target, ignore_errors=True)
    for source in [places.DATA / "datapackage.json", *places.DATA.rglob("*.csv")]:
        copy = target / source.relative_to(places.DATA)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def setup(app: Sphinx) -> dict:
    app.add_directive("chapter-data", ChapterData)
    app.add_directive("data-tables", DataTables)
    app.connect("build-finished", copy_data)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
