"""Tables for readers: one display with Markdown for the book, HTML for the notebook, CSV."""

import html
import re

import pandas as pd
from IPython.display import display

from afterwashington import figure, text

MISSING = "\u2013"
_RULES = {"left": ":---", "right": "---:", "center": ":---:"}


def _cell(value, spec):
    if pd.isna(value):
        return MISSING
    if callable(spec):
        return text.t(str(spec(value)))
    if spec is not None:
        words = format(value, spec)
        words = text.MINUS + words[1:] if words.startswith("-") else words
        signed = words.startswith((text.MINUS, "+"))
        # As in text.number: the sign stays in front of its number.
        return f"\u2066{words}\u2069" if signed and text.right_to_left() else words
    if pd.api.types.is_bool(value):
        return text.t("yes") if value else text.t("no")
    if pd.api.types.is_integer(value):
        return text.number(value)
    if pd.api.types.is_float(value):
        return text.number(value, 1)
    if isinstance(value, pd.Timestamp):
        return text.date(value)
    return text.t(str(value))


def show(frame, formats=None, align=None):
    """Display a frame as one table; the column names are the printed headers.

    formats: column -> format specification (",.1f") or function of the value; by default whole
    numbers are grouped, other numbers have one decimal, dates are in words. A missing value is
    an en dash. align: column -> "left", "right" or "center"; numbers stand right by default.
    Raises ValueError for an empty frame, a named index (it would be lost), and formats or
    alignments for columns that are not there.
    """
    formats, align = formats or {}, align or {}
    if not isinstance(frame, pd.DataFrame) or frame.empty:
        raise ValueError("table: expected a DataFrame with at least one row")
    if any(name is not None for name in frame.index.names):
        raise ValueError(f"table: the index {list(frame.index.names)} would be lost; reset it")
    if unknown := (set(formats) | set(align)) - set(frame.columns):
        raise ValueError(f"table: no such columns {sorted(unknown)}; there are {[*frame.columns]}")
    cells = {
        name: [_cell(value, formats.get(name)) for value in frame[name]] for name in frame.columns
    }
    sides = {
        name: align.get(name, "right" if pd.api.types.is_numeric_dtype(frame[name]) else "left")
        for name in frame.columns
    }
    lines = list(zip(*cells.values(), strict=True))
    sides = {text.t(str(name)): side for name, side in sides.items()}
    bundle = {
        "text/markdown": _markdown(sides, lines),
        "text/html": _html(sides, lines),
        "text/csv": figure.csv(frame),
        "text/plain": frame.to_string(index=False),
    }
    display(bundle, raw=True)


def _markdown(sides, lines):
    def line(cells):
        return "| " + " | ".join(cells) + " |"

    def escaped(cell):
        return re.sub(r"([\\`*_{}\[\]<>|$~^])", r"\\\1", re.sub(r"[ \n]+", " ", str(cell)).strip())

    rule = line(_RULES[side] for side in sides.values())
    return "\n".join(
        [line(map(escaped, sides)), rule, *(line(map(escaped, cells)) for cells in lines)]
    )


def _html(sides, lines):
    def row(tag, cells):
        inside = "".join(
            f'<{tag} style="text-align: {side}">{html.escape(str(cell))}</{tag}>'
            for side, cell in zip(sides.values(), cells, strict=True)
        )
        return f"<tr>{inside}</tr>"

    body = "".join(row("td", cells) for cells in lines)
    return f"<table><thead>{row('th', sides)}</thead><tbody>{body}</tbody></table>"
