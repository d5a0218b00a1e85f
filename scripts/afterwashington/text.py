"""Words and numbers for readers: formatted in the edition's language, glued into the prose.

`t`, from `afterwashington.words`, puts words into the language of the edition. Figures and tables
call it themselves, for all that they print; in a notebook it is needed only where a value stands
inside a sentence. Digits are Western in every edition.
"""

import datetime as dt
import math
import numbers

import numpy as np
import pandas as pd
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from IPython.display import display

from afterwashington.words import keep, language, right_to_left, t

__all__ = [
    "date",
    "estimated",
    "glue",
    "join",
    "keep",
    "language",
    "listed",
    "month",
    "number",
    "parted",
    "percent",
    "right_to_left",
    "series",
    "t",
]

NBSP = "\u00a0"
MINUS = "\u2212"
_LOCALES = {"en": "en_GB"}  # British lists have no comma before the last "and"


def _locale():
    return Locale.parse(_LOCALES.get(language(), language()))


def number(value, digits=0):
    """Return a finite number with grouped thousands and `digits` decimals: 31357 -> "31,357".

    Raises ValueError for a missing or infinite value.
    """
    if pd.isna(value) or not math.isfinite(value):
        raise ValueError(f"number: expected a finite number, found {value!r}")
    # Rounded by Python first, so that a figure and the prose ({glue:text}`...:.1f`) never
    # disagree in the last digit; adding zero turns -0.0 into 0.0.
    rounded = round(float(value), digits) + 0.0
    pattern = "#,##0" + ("." + "0" * digits if digits > 0 else "")
    plain = format_decimal(abs(rounded), format=pattern, locale=_locale(), numbering_system="latn")
    if rounded >= 0:
        return plain
    # Between words that run from right to left, the sign would move to the other end.
    return f"\u2066{MINUS}{plain}\u2069" if right_to_left() else MINUS + plain


def percent(value, digits=1):
    """Return a value already in per cent with its sign: 63.21 -> "63.2 %" (U+00A0 inside)."""
    return t("{number}\u00a0%", number=number(value, digits))


def estimated(words):
    """Return a printed value with the mark that NATO's tables give an estimate: "2.65 e"."""
    return t("{value}\u00a0e", value=words)


def _day(value):
    day = pd.Timestamp(value)
    if pd.isna(day):
        raise ValueError(f"expected a date, found {value!r}")
    return day.date()


def date(value):
    """Return a day in words: "10 July 2024". Takes what pandas.Timestamp takes, except NaT."""
    return keep(format_date(_day(value), "d MMMM y", locale=_locale()))


def month(value):
    """Return the month of a day in words: "May 2026". Takes what pandas.Timestamp takes."""
    return keep(format_date(_day(value), "MMMM y", locale=_locale()))


def join(items):
    """Return an enumeration: ["A", "B", "C"] -> "A, B and C". Raises ValueError when empty."""
    items = [t(str(item)) for item in items]
    if not items:
        raise ValueError("join: nothing to enumerate")
    return keep(format_list(items, locale=_locale()))


def listed(items):
    """Return items with commas between them: ["A", "B", "C"] -> "A, B, C"."""
    return keep(t(", ").join(t(str(item)) for item in items))


def parted(items):
    """Return items that may hold commas, with semicolons between them."""
    return keep(t("; ").join(t(str(item)) for item in items))


def series(names):
    """Return names in Latin letters with semicolons between them: "NATO 2026a; SIPRI 2026"."""
    # Each by itself, or the whole series would run from left to right within the line.
    before, after = ("\u2066", "\u2069") if right_to_left() else ("", "")
    return parted(keep(f"{before}{name}{after}") for name in names)


def _plain(key, value):
    """Return the plain Python value of `value`; only these can be formatted by the glue role."""
    if not (pd.api.types.is_scalar(value) or isinstance(value, dt.date)):
        raise ValueError(f"glue {key!r}: expected one value, found a {type(value).__name__}")
    if pd.isna(value) or (isinstance(value, numbers.Real) and not math.isfinite(value)):
        raise ValueError(f"glue {key!r}: the value is missing or infinite ({value!r})")
    if pd.api.types.is_bool(value):
        return bool(value)
    if pd.api.types.is_integer(value):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, (dt.date, np.datetime64)):
        return date(value)
    if isinstance(value, str) and value.strip():
        return str(t(value))
    raise ValueError(f"glue {key!r}: expected a number, a date or words, found {value!r}")


def glue(**values):
    """Record values for the prose, one hidden output each; dates become words in the language.

    Numbers stay raw, because the role formats them: {glue:text}`chapter.ipynb::key:,.0f`.
    Raises ValueError, naming the key, for missing values, empty strings and collections.
    """
    for key, value in {key: _plain(key, value) for key, value in values.items()}.items():
        # What myst_nb.glue(key, value, display=False) does, without importing Sphinx into every
        # kernel for it, which takes longer than most chapters need to compute.
        prefix = "application/papermill.record/"
        display(
            {f"{prefix}text/plain": repr(value)},
            raw=True,
            metadata={"scrapbook": {"name": key, "mime_prefix": prefix}},
        )
