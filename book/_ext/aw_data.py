"""The data in the text: what a chapter read, and the appendix made from the data package."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_decimal
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.osutil import relative_uri

from afterwashington import data
from afterwashington.words import t
from aw_evidence import announce, reference
from press import places

#: Look-up tables that every other table is checked against; no chapter argues from them.
LOOKUPS = {"countries", "sources", "claims", "paragraphs"}


def day(iso: str, language: str) -> str:
    words = format_date(date.fromisoformat(iso), "d MMMM y", locale=language)
    return words.replace(" ", "\u00a0")


def prose(text: str) -> nodes.inline:
    """Text in which names between backticks are set as code."""
    parts = text.split("`")
    return nodes.inline(
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
    return t("; ").join(
        t(entry.get("title") or entry["name"]) for entry in resource.get("licenses", [])
    )


def download(env, path: str) -> nodes.raw:
    """A link to a file of the data, as readers get it with the pages."""
    page = env.app.builder.get_target_uri(env.docname)
    # All editions offer the same files, those of the first.
    folder = "_data" if env.config.aw_language == "en" else "../_data"
    link = f'<a href="{relative_uri(page, f"{folder}/{path}")}" download>{path}</a>'
    return nodes.raw("", link, format="html")


class DataFile(SphinxRole):
    """``{data-file}`folder/name.csv` ``: download a file of the data."""

    def run(self):
        return [download(self.env, self.text)], []


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
                    reference(f"table-{name}", t(resource["title"])),
                    day(resource["cutoff"], language),
                    licence(resource),
                ]
            )
        latest = max(data.describe(name)["cutoff"] for name in names)
        note = nodes.paragraph(
            "",
            t(
                "What this chapter knows ends on {day}, the latest cut-off among its tables.",
                day=day(latest, language),
            ),
            classes=["cutoff"],
            translatable=False,
        )
        return [
            note,
            table([t("Table"), t("Cut-off"), t("Licence")], rows, [42, 22, 36], ["chapter-data"]),
        ]


def meaning(field: dict) -> nodes.inline:
    """What a field holds; for coded fields, what each code means."""
    said = t(field["description"])
    codes = t("; ").join(f"`{code}`: {t(words)}" for code, words in field.get("codes", {}).items())
    return prose(f"{said}. {codes}" if codes else said)


class DataTables(SphinxDirective):
    """``{data-tables}``: every table of the package by subject: contents, fields, licence, file."""

    def run(self):
        self.env.note_dependency(str(places.DATA / "datapackage.json"))
        sections = {}
        for name in data.tables():
            resource = data.describe(name)
            subject = resource["path"].partition("/")[0]
            if subject not in sections:
                title = t(data.subjects()[subject])
                sections[subject] = nodes.section(ids=[f"data-{subject}"], names=[title])
                sections[subject] += nodes.title("", title, translatable=False)
            sections[subject] += self.entry(name, resource)
        return list(sections.values())

    def entry(self, name: str, resource: dict) -> nodes.section:
        announce(self.env, f"table-{name}", t(resource["title"]))
        section = nodes.section(ids=[f"table-{name}"], names=[f"table-{name}"])
        section += nodes.title("", t(resource["title"]), translatable=False)
        section += nodes.paragraph("", "", prose(t(resource["description"])))
        facts = nodes.paragraph(classes=["table-facts"])
        language = self.config.aw_language
        rows = format_decimal(len(data.load(name)), locale=language)
        facts += nodes.Text(
            t("{rows}\u00a0rows · cut-off {day}", rows=rows, day=day(resource["cutoff"], language))
            + f" · {licence(resource)} · "
        )
        facts += download(self.env, resource["path"])
        section += facts
        rows = [
            [
                nodes.literal("", field["name"]),
                t(", ").join(t(field[key]) for key in ("type", "unit") if field.get(key)),
                meaning(field),
            ]
            for field in resource["schema"]["fields"]
        ]
        section += table(
            [t("Field"), t("Type, unit"), t("Meaning")], rows, [33, 22, 45], ["fields"]
        )
        return section


class Codes(SphinxDirective):
    """``{codes} table.field``: what the codes of a field mean, as the data package explains them."""

    required_arguments = 1

    def run(self):
        self.env.note_dependency(str(places.DATA / "datapackage.json"))
        name, _, wanted = self.arguments[0].partition(".")
        fields = {f["name"]: f for f in data.describe(name)["schema"]["fields"]}
        codes = fields.get(wanted, {}).get("codes")
        if not codes:
            raise self.error(f"no codes are explained for {self.arguments[0]!r}")
        # Where the code decides on the values of another field, these are shown as well.
        decided = next(
            (
                field["allowedBy"]["values"]
                for field in fields.values()
                if field.get("allowedBy", {}).get("field") == wanted
            ),
            {},
        )
        rows = [
            [
                nodes.strong("", t(code)),
                *([t(", ").join(decided[code])] if decided else []),
                t(words),
            ]
            for code, words in codes.items()
        ]
        head = [t("Code"), *([t("Grade")] if decided else []), t("Meaning")]
        return [table(head, rows, [20, *([10] if decided else []), 70], ["codes"])]


class Edition(SphinxDirective):
    """``{edition}``: version, date, how to cite, and where the knowledge of the tables ends."""

    def run(self):
        about = places.citation()
        for path in ("CITATION.cff", "data/datapackage.json"):
            self.env.note_dependency(str(places.ROOT / path))
        language = self.config.aw_language
        cutoffs = [data.describe(name)["cutoff"] for name in data.tables()]
        published = day(about["date-released"].isoformat(), language)
        cited = t(
            "{author}, {title}, edition {version}, {date}.",
            author=t(about["authors"][0]["name"]),
            title=t(about["title"]),
            version=about["version"],
            date=published,
        )
        rows = [
            [t("Version"), str(about["version"])],
            [t("Date"), published],
            [t("Cite as"), cited],
            [t("Tables"), str(len(cutoffs))],
            [
                t("Knowledge ends"),
                t("{day}; for each table see The data", day=day(max(cutoffs), language)),
            ],
        ]
        return [table([t("Edition"), ""], rows, [25, 75], ["edition"])]


def copy_data(app: Sphinx, exception) -> None:
    """Readers download the tables from the same place as the pages."""
    if exception or app.builder.format != "html" or app.config.aw_language != "en":
        return
    target = Path(app.outdir) / "_data"
    shutil.rmtree(target, ignore_errors=True)
    for source in [places.DATA / "datapackage.json", *places.DATA.rglob("*.csv")]:
        copy = target / source.relative_to(places.DATA)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def setup(app: Sphinx) -> dict:
    app.add_role("data-file", DataFile())
    app.add_directive("chapter-data", ChapterData)
    app.add_directive("data-tables", DataTables)
    app.add_directive("codes", Codes)
    app.add_directive("edition", Edition)
    app.connect("build-finished", copy_data)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
