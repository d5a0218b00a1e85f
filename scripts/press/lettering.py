"""Set the words of the figures as text when they are printed.

For the web the words of a figure are outlines, so that it looks the same everywhere. In print the
fonts are at hand: as text the words can be searched and copied, and the file is a third as large.
Each letter keeps the place and the form that matplotlib gave it; joined Arabic letters are named by
their presentation forms. What no character of the font stands for, such as a mark above a letter,
stays an outline.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import escape

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
_PLAIN = re.compile(rf'<g (style="[^"]*") {_PLACE}((?:{_USE})+)</g>', re.DOTALL)
_HALOED = re.compile(rf"<g {_PLACE}((?:{_RUN.pattern})+)</g>", re.DOTALL)
#: A digit as it is drawn among Arabic letters has no character of its own.
_AMONG_ARABIC = ".loclARAB"


@cache
def _characters(initial: str) -> dict[int, str]:
    """Glyph number -> the character that is drawn as this glyph when it stands alone."""
    font = TTFont(fonts.original(f"sans-{WEIGHTS[initial]}"))
    number = {name: i for i, name in enumerate(font.getGlyphOrder())}
    plain = {c: n for c, n in font.getBestCmap().items() if not unicodedata.combining(chr(c))}
    digits = {c: n + _AMONG_ARABIC for c, n in plain.items() if n + _AMONG_ARABIC in number}
    return {number[n]: chr(c) for names in (plain, digits) for c, n in reversed(names.items())}


def _text(style: str, place: str, turn: str, scale: str, uses: str) -> tuple[str, str]:
    """An SVG text element for a run of letters, and those of its outlines that it does not say."""
    characters: dict[str, dict[int, str]] = {i: _characters(i) for i in WEIGHTS}
    letters = [
        (match, characters.get(match[1], {}).get(int(match[2], 16)))
        for match in re.finditer(_USE, uses)
    ]
    said = [(match, letter) for match, letter in letters if letter and not float(match[4] or 0)]
    faces = {match[1] for match, _ in said}
    if len(faces) != 1:
        return "", uses
    left = "".join(match[0] for match, letter in letters if (match, letter) not in said)
    size = float(scale)
    # Widths of strokes are given in the glyph's own units, eighths of a hundredth of the size.
    style = re.sub(
        r"(stroke-width: )([\d.]+)", lambda m: f"{m[1]}{float(m[2]) * size / 8:.2f}", style
    )
    xs = " ".join(f"{float(match[3] or 0) * size:.2f}" for match, _ in said)
    words = escape("".join(letter for _, letter in said))
    text = (
        f'<text font-family="Book Sans" font-weight="{WEIGHTS[faces.pop()]}" '
        f'font-size="{size * 100:.2f}" style="{style}" transform="translate({place}){turn}" '
        f'x="{xs}" y="0" xml:space="preserve">{words}</text>\n'
    )
    return text, left


def set_words(svg: str) -> str:
    """``svg``, a figure of the book, with its words as text."""

    def plain(match: re.Match) -> str:
        style, place, turn, scale, definitions, uses = match.group(1, 2, 3, 4, 5, 6)
        text, left = _text(style[7:-1], place, turn or "", scale, uses)
        if not text:
            return match[0]
        head = match[0][: match.start(6) - match.start()].replace(definitions or "", "")
        return f"<g>{definitions or ''}{text}{f'{head}{left}</g>' if left else ''}</g>"

    def haloed(match: re.Match) -> str:
        place, turn, scale, definitions, runs = match.group(1, 2, 3, 4, 5)
        head = match[0][: match.start(5) - match.start()].replace(definitions or "", "")
        out = []
        for run in _RUN.finditer(runs):
            text, left = _text(run[1], place, turn or "", scale, run[2])
            rest = f'{head}<g style="{run[1]}">\n{left}</g></g>' if left else ""
            out.append(text + rest)
        return f"<g>{definitions or ''}{''.join(out)}</g>"

    return _HALOED.sub(haloed, _PLAIN.sub(plain, svg))
