"""Set the words of the figures as text when they are printed.

For the web the words of a figure are outlines, so that it looks the same everywhere. In print the
fonts are at hand: as text the words can be searched and copied, and the print engine is done in
half the time. Each letter keeps the place that matplotlib gave it. Runs with a letter that is not
a plain character of the font (Arabic, above all, where form depends on the neighbours) stay as
they are.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape

from bidi import get_display
from fontTools.ttLib import TTFont

from . import fonts

#: First letter of a glyph's name in the figures -> weight of the face.
WEIGHTS = {"R": 400, "M": 500, "S": 600, "B": 700}

_USE = r'<use xlink:href="#(\w)-([0-9a-f]+)"(?: transform="translate\(([-\d.]+) ([-\d.]+)\)")?/>\n?'
_RUN = re.compile(rf'<g style="([^"]*)">\n((?:{_USE})+)</g>\n?')
_PLACE = (
    r'transform="translate\(([-\d. ]+)\)( rotate\([-\d. ]+\))? scale\(([\d.]+) -[\d.]+\)">\n'
    r"(<defs>(?:(?!</defs>).)*</defs>\n)?"
)
#: matplotlib notes the words of each line before their outlines.
_WORDS = r"(?:<!-- ([^>]*) -->\n)?"
_PLAIN = re.compile(rf'{_WORDS}<g (style="[^"]*") {_PLACE}((?:{_USE})+)</g>', re.DOTALL)
_HALOED = re.compile(rf"{_WORDS}<g {_PLACE}((?:{_RUN.pattern})+)</g>", re.DOTALL)
#: Marks of direction; they have no width and no glyph.
_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@cache
def _characters(initial: str) -> dict[int, str]:
    """Glyph number -> character, for characters whose form does not depend on their neighbours."""
    font = TTFont(fonts.original(f"sans-{WEIGHTS[initial]}"))
    number = {name: i for i, name in enumerate(font.getGlyphOrder())}
    plain = {
        c: n
        for c, n in font.getBestCmap().items()
        if c < 0x600 or 0x2000 <= c < 0x2300 or 0xFB00 <= c < 0xFB07
    }
    return {number[name]: chr(code) for code, name in reversed(plain.items())}


def _text(style: str, place: str, turn: str, scale: str, uses: str) -> str | None:
    """An SVG text element for one run of letters, or None if it must stay as outlines."""
    letters = re.findall(_USE, uses)
    [initial, *others] = sorted({letter[0] for letter in letters})
    if others or initial not in WEIGHTS or any(float(letter[3] or 0) for letter in letters):
        return None
    characters = _characters(initial)
    words = [characters.get(int(letter[1], 16)) for letter in letters]
    if None in words:
        return None
    size = float(scale)
    # Widths of strokes are given in the glyph's own units, eighths of a hundredth of the size.
    style = re.sub(
        r"(stroke-width: )([\d.]+)", lambda m: f"{m[1]}{float(m[2]) * size / 8:.2f}", style
    )
    xs = " ".join(f"{float(letter[2] or 0) * size:.2f}" for letter in letters)
    return (
        f'<text font-family="Book Sans" font-weight="{WEIGHTS[initial]}" '
        f'font-size="{size * 100:.2f}" style="{style}" transform="translate({place}){turn}" '
        f'x="{xs}" y="0" xml:space="preserve">{escape("".join(words))}</text>\n'
    )


@cache
def _widths() -> tuple[dict[int, int], list[int]]:
    """Widths of the regular face, in thousandths of its size: by character, and by glyph number."""
    font = TTFont(fonts.original("sans-400"))
    unit = font["head"].unitsPerEm / 1000
    by_name = {name: width / unit for name, (width, _) in font["hmtx"].metrics.items()}
    characters = {code: by_name[name] for code, name in font.getBestCmap().items()}
    return characters, [by_name[name] for name in font.getGlyphOrder()]


def _inkless(words: str | None, place: str, turn: str, scale: str, uses: str) -> str:
    """The words of outlines as text that is not seen, from left to right as they stand there."""
    if not words:
        return ""
    shown = _MARKS.sub("", get_display(words, base_dir="R"))
    characters, glyphs = _widths()
    *_, (_, glyph, start, _) = re.findall(_USE, uses)
    width = float(start or 0) * 10 + glyphs[int(glyph, 16)]
    # Letters by themselves are wider than joined: smaller, they are as wide as the outlines.
    natural = sum(characters.get(ord(letter), 500) for letter in shown)
    size = float(scale) * 100 * width / natural
    return (
        f'<text font-family="Book Sans" font-size="{size:.2f}" style="fill: none" '
        f'transform="translate({place}){turn}" xml:space="preserve">{escape(shown)}</text>\n'
    )


def set_words(svg: str) -> str:
    """``svg``, a figure of the book, with its words as text."""

    def plain(match: re.Match) -> str:
        words, style, place, turn, scale, definitions, uses = match.group(1, 2, 3, 4, 5, 6, 7)
        text = _text(style[7:-1], place, turn or "", scale, uses)
        if text is None:
            return match[0] + _inkless(words, place, turn or "", scale, uses)
        return f"<g>{definitions or ''}{text}</g>"

    def haloed(match: re.Match) -> str:
        words, place, turn, scale, definitions, runs = match.group(1, 2, 3, 4, 5, 6)
        found = re.findall(_RUN, runs)
        texts = [_text(run[0], place, turn or "", scale, run[1]) for run in found]
        if None in texts:
            return match[0] + _inkless(words, place, turn or "", scale, found[0][1])
        return f"<g>{definitions or ''}{''.join(texts)}</g>"

    return _HALOED.sub(haloed, _PLAIN.sub(plain, svg))
