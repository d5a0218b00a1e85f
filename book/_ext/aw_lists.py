"""The lists of the back matter: chronology, figures and tables, index of subjects.

What they have in common is the filter above a long list, and that most of them can only be filled
when the whole book has been read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

import pandas as pd
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from afterwashington import data, evidence, text
from afterwashington.words import right_to_left, t
from aw_editions import published
from aw_evidence import FILL, Deferred, announce, cite, depend_on
from press import places


def list_filter(
    entries: str, words: str, counted: str, choices: Iterable[tuple[str, str, str, dict[str, int]]]
) -> nodes.container:
    """The form above a long list, hidden until the script that serves it has started.

    ``entries``: CSS selector of the entries. ``words``: label of the search field. ``counted``:
    what is said of the number shown, with {shown} and {all}. ``choices``: for each select its
    name, its label, the words for all, and how many entries have each value.
    """
    selects = "".join(
        f'<label>{escape(label)} <select name="{name}"><option value="">{escape(every)}</option>'
        + "".join(
            f'<option value="{class_name(value)}">{escape(t(value))} ({count})</option>'
            for value, count in counts.items()
        )
        + "</select></label>"
        for name, label, every, counts in choices
    )
    form = (
        f'<form class="list-filter" data-entries="{entries}" role="search" hidden>'
        f'<label class="words">{escape(words)} <input type="search" name="words"></label>{selects}'
        f'<button type="reset">{escape(t("Show all"))}</button><p role="status" data-shown="{escape(counted)}">'
        "</p></form>"
    )
    return nodes.container("", nodes.raw("", form, format="html"), classes=["screen-only"])


def class_name(value: str) -> str:
    """A value of a column as part of a class: the filter finds its entries by it."""
    return value.replace(" ", "-")


def page_link(target: str, shown: nodes.Node) -> nodes.Node:
    """A link to ``docname#id`` whose text is ``shown``."""
    docname, _, anchor = target.partition("#")
    link = addnodes.pending_xref(
        "", refdomain="", reftype="aw-place", reftarget=anchor, page=docname, refexplicit=True
    )
    link += shown
    return link


def resolve_place(app: Sphinx, env: BuildEnvironment, node, content):
    """Links made by ``page_link``: to an element of another page, by its id."""
    if node.get("reftype") != "aw-place":
        return None
    uri = app.builder.get_relative_uri(env.docname, node["page"])
    anchor = f"#{node['reftarget']}" if node["reftarget"] else ""
    link = nodes.reference("", "", internal=True, refuri=f"{uri}{anchor}")
    link += content
    return link


# ---- chronology


class Chronology(SphinxDirective):
    """``{chronology}``: every event of the table, by year, with its sources."""

    def run(self):
        depend_on(self.env, "chronology")
        events = data.load("chronology").sort_values(["date", "event_id"])
        cited = self.env.aw_sources.setdefault(self.env.docname, set())
        cited.update(events.source_ids.str.split(";").explode())
        themes = {k: int(v) for k, v in events.theme.value_counts().sort_index().items()}
        out: list[nodes.Node] = [
            list_filter(
                ".event",
                t("Search events and sources"),
                t("{shown} of {all} events"),
                [("theme", t("Subject"), t("All subjects"), themes)],
            )
        ]
        for year, group in events.groupby(events.date.dt.year):
            section = nodes.section(ids=[f"year-{year}"], names=[f"year-{year}"])
            section += nodes.title("", str(year), translatable=False)
            section += [self.entry(event) for event in group.itertuples()]
            out.append(section)
        return out

    def entry(self, event) -> nodes.Node:
        announce(self.env, f"event-{event.event_id}", event.event_id)
        entry = nodes.container(
            ids=[f"event-{event.event_id}"], classes=["event", f"theme-{class_name(event.theme)}"]
        )
        head = nodes.paragraph(classes=["event-head"])
        days = text.date(event.date)
        if pd.notna(event.end_date) and event.end_date != event.date:
            days = f"{days} – {text.date(event.end_date)}"
        head += [nodes.strong("", days), nodes.Text(f" · {t(event.theme)}")]
        said = nodes.paragraph("", f"{t(event.event)} ", classes=["event-text"])
        note = "" if pd.isna(event.note) else t(event.note)
        caveat = evidence.caveat(event.source_ids, event.basis)
        for words in filter(None, (note, caveat)):
            sentence = words[0].upper() + words[1:].rstrip(".") + ". "
            said += nodes.inline("", sentence, classes=["caveat"])
        said += nodes.inline(
            "",
            "",
            nodes.Text("("),
            *cite(event.source_ids.split(";")),
            nodes.Text(")"),
            classes=["event-sources"],
        )
        entry += [head, said]
        return entry


# ---- figures and tables


class FigureList(SphinxDirective):
    """``{figure-list} figure`` or ``table``: all of them, with number, caption and page."""

    required_arguments = 1

    def run(self):
        return [Deferred(fill="figures", kind=self.arguments[0])]


def figure_list(env: BuildEnvironment, node: Deferred) -> list[nodes.Node]:
    kind = {"figure": nodes.figure, "table": nodes.table}[node["kind"]]
    word = env.config.numfig_format[node["kind"]]
    box = nodes.container(classes=["figure-list"])
    for page in published(env.config.aw_language):
        numbers = env.toc_fignumbers.get(page, {}).get(node["kind"], {})
        if not numbers:
            continue
        for element in env.get_doctree(page).findall(kind):
            anchor = next((i for i in element["ids"] if i in numbers), None)
            caption = next(iter(element.findall(nodes.caption)), None) or next(
                iter(element.findall(nodes.title)), None
            )
            if anchor is None or caption is None:
                continue
            label = word % ".".join(map(str, numbers[anchor]))
            shown = nodes.inline("", "", nodes.strong("", label), nodes.Text("\u2003"))
            shown += nodes.Text(caption.astext())
            box += nodes.paragraph("", "", page_link(f"{page}#{anchor}", shown))
    return [box]


# ---- index of subjects


class SubjectIndex(SphinxDirective):
    """``{subject-index}``: one line for each subject, ``entry | words that mean it | ...``.

    An entry leads to the section of each chapter in which its words occur most often. Words are
    looked for as whole words; without any, those of the entry itself.
    """

    has_content = True

    def run(self):
        entries = []
        for line in filter(None, map(str.strip, self.content)):
            entry, *words = [part.strip() for part in t(line).split("|")]
            entries.append((entry, words or [entry]))
        return [Deferred(fill="subjects", entries=sorted(entries, key=lambda e: sorting(e[0])))]


#: What Arabic writes together with the word that follows: and, then, in, as, for, the.
ATTACHED = "[وفبكل]{0,3}(?:ال)?"


def sorting(entry: str) -> str:
    """Key by which an index is sorted; Arabic leaves out the article and the forms of alif."""
    plain = entry.casefold()
    if right_to_left():
        plain = re.sub(r"^ال|[\u064b-\u0652]", "", plain).translate(
            dict.fromkeys(map(ord, "أإآ"), "ا")
        )
    return plain


def read(node: nodes.Node) -> str:
    """What a reader reads of a node: no code; of a figure, what it shows in words."""
    if isinstance(node, nodes.literal_block):
        return ""
    if isinstance(node, nodes.image):
        return node.get("alt", "")
    if isinstance(node, nodes.TextElement) or not node.children:
        return node.astext()
    return " ".join(map(read, node.children))


def sections(doctree: nodes.document) -> list[tuple[str, str]]:
    """Anchor and text of each section of a page, without that of the sections within it.

    The first section is the page itself, which needs no anchor.
    """
    out = []
    for section in doctree.findall(nodes.section):
        own = [child for child in section.children if not isinstance(child, nodes.section)]
        anchor = section["ids"][0] if out else ""
        words = " ".join(read(child) for child in own)
        out.append((anchor, words.replace("\u00a0", " ")))
    return out


def subject_index(env: BuildEnvironment, node: Deferred) -> list[nodes.Node]:
    pages = published(env.config.aw_language)
    chapters = [page for page in pages if page.startswith("chapters/")]
    texts = {page: sections(env.get_doctree(page)) for page in chapters}
    box = nodes.container(classes=["subject-index"])
    missing = []
    for entry, words in node["entries"]:
        either = "|".join(map(re.escape, words))
        before = ATTACHED if right_to_left() else ""
        pattern = re.compile(rf"(?<!\w){before}(?:{either})(?!\w)")
        links: list[nodes.Node] = []
        for page, parts in texts.items():
            counts = [(len(pattern.findall(words)), anchor) for anchor, words in parts]
            most, anchor = max(counts, key=lambda c: c[0])
            if not most:
                continue
            number = ".".join(map(str, env.toc_secnumbers[page][""]))
            shown = nodes.inline("", number, classes=["screen-only"])
            link = page_link(f"{page}#{anchor}", shown)
            links += [nodes.Text(t(", ")), link] if links else [link]
        if not links and pages != places.pages():
            continue
        if not links:
            missing.append(entry)
        line = nodes.paragraph("", f"{entry}\u2002", classes=["index-entry"])
        line += links
        box += line
    # Catalogues are made from pages without their figures.
    if missing and env.app.builder.format == "html":
        raise ExtensionError(f"subject-index: no chapter mentions {', '.join(missing)}")
    return [box]


def setup(app: Sphinx) -> dict:
    FILL["figures"] = figure_list
    FILL["subjects"] = subject_index
    app.add_directive("chronology", Chronology)
    app.add_directive("figure-list", FigureList)
    app.add_directive("subject-index", SubjectIndex)
    app.connect("missing-reference", resolve_place)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
