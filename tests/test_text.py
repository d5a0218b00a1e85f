"""Words, numbers and tables: expected values worked out by hand."""

import ast
import datetime as dt

import myst_nb
import numpy as np
import pandas as pd
import pytest

from afterwashington import table, text


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("AFTER_WASHINGTON_LANGUAGE", "en")


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (31357, 0, "31,357"),
        (np.int64(999), 0, "999"),
        (1234567.891, 2, "1,234,567.89"),
        (-4.04, 1, "\u22124.0"),
        (-0.04, 1, "0.0"),
        (2.675, 2, "2.67"),  # the nearest binary number lies below 2.675, as f"{2.675:.2f}" shows
        (0.5, 0, "0"),
    ],
)
def test_number(value, digits, words):
    assert text.number(value, digits) == words


@pytest.mark.parametrize("value", [float("nan"), None, pd.NA, float("inf")])
def test_number_refuses_missing_values(value):
    with pytest.raises(ValueError, match="finite number"):
        text.number(value)


def test_percent_keeps_its_sign_on_the_line():
    assert text.percent(63.21) == "63.2\u00a0%"
    assert text.percent(-5, 0) == "\u22125\u00a0%"


@pytest.mark.parametrize(
    "day",
    ["2024-07-10", dt.date(2024, 7, 10), pd.Timestamp(2024, 7, 10), np.datetime64("2024-07-10")],
)
def test_dates_in_words(day):
    assert text.date(day) == "10 July 2024"
    assert text.month(day) == "July 2024"


def test_a_missing_date_is_refused():
    with pytest.raises(ValueError, match="expected a date"):
        text.date(pd.NaT)


def test_join():
    assert text.join(["A"]) == "A"
    assert text.join(["A", "B"]) == "A and B"
    assert text.join(pd.Series(["A", "B", "C"])) == "A, B and C"
    with pytest.raises(ValueError, match="nothing"):
        text.join([])


def test_arabic_words_keep_western_digits(monkeypatch):
    monkeypatch.setenv("AFTER_WASHINGTON_LANGUAGE", "ar")
    assert text.number(31357) == "31,357"
    # Isolated, or the sign would move behind the number between words from right to left.
    assert text.number(-1.5, 1) == "\u2066\u22121.5\u2069"
    assert text.date("2024-07-10") == "10 يوليو 2024"
    assert text.join(["أ", "ب", "ج"]) == "أ وب وج"


@pytest.fixture
def glued(monkeypatch):
    """What was recorded: key -> value, read back from the words of the record."""
    found = {}

    def display(bundle, raw, metadata):
        [words] = bundle.values()
        found[metadata["scrapbook"]["name"]] = ast.literal_eval(words)

    monkeypatch.setattr(text, "display", display)
    return found


def test_glue_records_as_myst_nb_does(monkeypatch):
    ours, theirs = [], []
    monkeypatch.setattr(text, "display", lambda *a, **k: ours.append((a, k)))
    monkeypatch.setattr("myst_nb.ext.glue.ipy_display", lambda *a, **k: theirs.append((a, k)))
    for key, value in {"count": 17, "share": 63.25, "most": "May 2026"}.items():
        text.glue(**{key: value})
        myst_nb.glue(key, value, display=False)
    assert ours == theirs


def test_glue_records_plain_values(glued):
    text.glue(
        share=np.float64(63.25),
        count=np.int64(17),
        whole=pd.Series([3], dtype="Int64")[0],
        most="May 2026",
        yes=np.bool_(True),
        day=pd.Timestamp(2024, 7, 10),
        deadline=dt.date(2035, 1, 1),
    )
    assert glued == {
        "share": 63.25,
        "count": 17,
        "whole": 3,
        "most": "May 2026",
        "yes": True,
        "day": "10 July 2024",
        "deadline": "1 January 2035",
    }
    assert {type(value) for value in glued.values()} == {float, int, str, bool}


@pytest.mark.parametrize(
    "value",
    [float("nan"), None, pd.NA, pd.NaT, np.inf, "", [1], pd.DataFrame({"a": [1]}), np.array([1])],
)
def test_glue_refuses_what_prose_cannot_print(glued, value):
    with pytest.raises(ValueError, match="'share'"):
        text.glue(other=1, share=value)
    assert not glued


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(table, "display", lambda bundle, raw: found.append(bundle))
    return found


def test_table_in_its_three_formats(shown):
    frame = pd.DataFrame(
        {
            "Ally": ["Poland", "A|B <US$>"],
            "Share": [4.125, np.nan],
            "Change": [-0.25, 1.0],
            "Rank": [1, 1200],
            "Since": pd.to_datetime(["1999-03-12", None]),
        }
    )
    table.show(frame, formats={"Share": ",.2f"}, align={"Since": "center"})
    assert shown[0]["text/markdown"].split("\n") == [
        "| Ally | Share | Change | Rank | Since |",
        "| :--- | ---: | ---: | ---: | :---: |",
        "| Poland | 4.12 | \u22120.2 | 1 | 12 March 1999 |",
        "| A\\|B \\<US\\$\\> | \u2013 | 1.0 | 1,200 | \u2013 |",
    ]
    assert shown[0]["text/csv"].split("\n")[2] == "A|B <US$>,,1,1200,"
    assert '<td style="text-align: left">A|B &lt;US$&gt;</td>' in shown[0]["text/html"]


def test_table_names_the_column_that_is_not_there(shown):
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(ValueError, match="'b'"):
        table.show(frame, formats={"b": "d"})
    with pytest.raises(ValueError, match="index"):
        table.show(frame.rename_axis("year"))
    with pytest.raises(ValueError, match="at least one row"):
        table.show(frame[:0])
    assert not shown
