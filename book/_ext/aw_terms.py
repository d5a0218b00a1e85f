"""The terms of the glossary, linked where a chapter uses them first.

Nobody has to mark a term in the text: what the glossary explains is found by its words. Arabic
writes the article, prepositions and "and" together with the word that follows, so there they may
stand before it; plurals that no rule makes are rows of the list of terms (decoys, شراك خداعية).
"""

from __future__ import annotations

import csv
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from press import places

#: Text in these is not running text of the chapter: links, headings, code, figures, claims.
OUTSIDE = (nodes.reference, addnodes.pending_xref, nodes.title, nodes.literal, nodes.figure)
OUTSIDE += (nodes.table, nodes.raw, nodes.caption)

ARABIC = re.compile("[\u0621-\u064a]")
#: Vowel signs and the stroke that draws letters apart: written or not, the word is the same.
MARKS = "\u0640\u064b-\u0652\u0670"
#: And, then; with, like, to; the. "To" and "the" together are لل.
BEFORE = "[وف]?(?:لل|[بكل]?(?:ال)?)"
#: The accusative, with its sign: without it سيبري (SIPRI) would be found in سيبريا (Siberia).
OBJECT = "(?:\u064bا|ا\u064b)"
#: Plural, dual, accusative, their: behind the first word of a term, which is its noun.
BEHIND = f"(?:{OBJECT}|(?:ات|ان|ين|ت)?(?:ه|ها|هم|نا)?)"
BEHIND_FEMININE = "(?:ة|(?:ات|تان|تين|ت)(?:ه|ها|هم|نا)?)"


def arabic(name: str) -> re.Pattern:
    """A term as Arabic writes it in running text."""
    words = []
    for word in re.sub(f"[{MARKS}]", "", name).split():
        behind = ""
        if ARABIC.search(word[-1]) and not words:
            behind = BEHIND_FEMININE if word.endswith("ة") else BEHIND
            word = word.removesuffix("ة")
        elif ARABIC.search(word[-1]):
            behind = f"(?:{OBJECT}|ة)?"  # an adjective follows its noun: تصويتات مسجلة
        # The article of the glossary may be missing, as in "at constant prices" without it.
        article = "(?:ال)?" if re.match(r"ال\w{3}", word) else ""
        letters = word.removeprefix("ال") if article else word
        spelled = "".join(re.escape(letter) + f"[{MARKS}]*" for letter in letters)
        words.append(BEFORE + article + spelled + behind + f"[{MARKS}]*")
    edge = rf"[\w{MARKS}-]"
    return re.compile(rf"(?<!{edge})" + r"\s+".join(words) + rf"(?!{edge}|/\w)")


def forms(language: str, names: list[str]) -> dict[str, str]:
    """What the list of terms of a language has for a term and for its plural -> the term."""
    path = places.BOOK / "locale" / language / "terms.csv"
    if not path.is_file():
        return {}
    known = set(names)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["English"], row["Arabic"]) for row in csv.DictReader(file)]
    singular = {name: name if name in known else name.removesuffix("s") for name, _ in rows}
    return {said: singular[name] for name, said in rows if singular[name] in known}


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
        targets = {name: name for name in terms}
        for said, name in forms(self.config.language, terms).items():
            targets.setdefault(said, name)
            anchors[said] = anchors[targets[said]]
        open_terms = {name: self.pattern(name) for name in sorted(targets, key=len, reverse=True)}
        english: dict[tuple, list[re.Pattern]] = {anchor: [] for anchor in anchors.values()}
        for name in terms:
            if not ARABIC.search(name):
                english[anchors[name]].append(self.pattern(name))
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if outside(paragraph):
                continue
            for name in list(open_terms):
                said = open_terms.get(name)
                if said is None or not self.meant(paragraph, name, english[anchors[name]]):
                    continue
                if self.link(paragraph, targets[name], said):
                    done = anchors[name]
                    open_terms = {n: p for n, p in open_terms.items() if anchors[n] != done}

    @staticmethod
    def pattern(name: str) -> re.Pattern:
        if ARABIC.search(name):
            return arabic(name)
        common = name[0].islower()
        plural = "s?" if common else ""
        flags = re.IGNORECASE if common else 0
        return re.compile(rf"(?<![\w-]){re.escape(name)}{plural}(?![\w-]|/\w)", flags)

    @staticmethod
    def meant(paragraph: nodes.paragraph, name: str, english: list[re.Pattern]) -> bool:
        """Whether a word of a translation stands for the term: التزام is any duty, too."""
        original = paragraph.rawsource
        if not ARABIC.search(name) or not original or ARABIC.search(original):
            return True
        return any(pattern.search(original) for pattern in english)

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


class SortGlossary(SphinxPostTransform):
    """A translated glossary stands in the order of its own alphabet, the article not counted."""

    default_priority = 3

    def run(self, **kwargs) -> None:
        if (self.config.language or "en") == "en":
            return
        for glossary in self.document.findall(addnodes.glossary):
            for entries in glossary.findall(nodes.definition_list):
                entries.children.sort(key=lambda entry: self.place(entry[0].astext()))

    @staticmethod
    def place(name: str) -> tuple[bool, str]:
        # In words formed like التزام (commitment) these letters are not the article.
        name = re.sub(r"^ال(?!ت\wا\w\b)", "", re.sub(f"[{MARKS}]", "", name))
        return not ARABIC.match(name), re.sub("[أإآ]", "ا", name).casefold()


def setup(app: Sphinx) -> dict:
    app.add_post_transform(LinkTerms)
    app.add_post_transform(SortGlossary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
