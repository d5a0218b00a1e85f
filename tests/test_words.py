"""Words pass through the catalogues once, whole, and what is missing is told."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from babel.messages import catalog, mofile

from afterwashington import figure, table, text, words


@pytest.fixture
def arabic(monkeypatch, tmp_path):
    """Make these messages the only catalogue, and the language Arabic."""

    def use(messages):
        one = catalog.Catalog(locale="ar")
        for message, translation in messages.items():
            one.add(message, translation)
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.mo"
        stream = io.BytesIO()
        mofile.write_mo(stream, one)
        path.write_bytes(stream.getvalue())
        monkeypatch.setenv("AFTER_WASHINGTON_LANGUAGE", "ar")
        monkeypatch.setenv("AFTER_WASHINGTON_CATALOGUES", str(path))
        monkeypatch.setattr(words, "_asked", {})
        monkeypatch.setattr(words, "_ready", set())

    return use


def test_a_sentence_is_translated_whole_and_may_change_its_order(arabic):
    arabic({"{n} of {all} claims": "من {all} قولاً {n}", "NATO": "NATO"})
    assert text.t("{n} of {all} claims", n=3, all=7) == "من 7 قولاً 3"
    assert text.t("NATO") == "NATO"  # the same in both languages, and not missing
    assert text.t("Russia") == "Russia"
    assert words.asked() == {
        "{n} of {all} claims": "من {all} قولاً {n}",
        "NATO": "NATO",
        "Russia": None,
    }
    assert not words.complete()


def test_what_is_ready_is_not_looked_up_again(arabic):
    arabic({})
    for made in (text.date("2024-07-10"), text.keep("NATO 2026a"), "12.5", "\u2013", ""):
        assert text.t(made) == made
    assert words.asked() == {}


def test_figures_and_tables_print_translated_words(arabic, monkeypatch):
    shown = []
    for module in (figure, table):
        monkeypatch.setattr(module, "display", lambda bundle, **_: shown.append(bundle))
    arabic(
        {
            "Allies": "الحلفاء",
            "Five Allies": "خمسة حلفاء",
            "Members of NATO, number": "أعضاء الناتو، العدد",
            "Bars.": "أعمدة.",
            "Russia": "روسيا",
            "Sources: {labels}.": "المصادر: {labels}.",
            "Source: {labels}.": "المصدر: {labels}.",
            "Data to {date}.": "البيانات حتى {date}.",
            "{n} bars": "أعمدة عددها {n}، تقارن الحلفاء بعضهم ببعض، وأطولها عمود روسيا في الأسفل",
        }
    )
    placed = {}

    def draw(ax, narrow):
        ax.barh([0, 1], [1, 2])
        figure.rows(ax, ["Allies", "Russia"])
        placed["label"] = figure.label(ax, 2, 1, "Russia", dx=5)
        placed["ax"] = ax

    figure.show(
        draw,
        title="Five Allies",
        subtitle="Members of NATO, number",
        alt=text.t("{n} bars", n=2),
        data=pd.DataFrame({"n": [1, 2]}),
        sources=["nato_defexp_2026"],
        cutoff=pd.Timestamp("2026-07-01").date(),
    )
    [bundle] = shown
    assert "<dc:title>خمسة حلفاء</dc:title>" in bundle["image/svg+xml"]
    assert bundle["text/plain"].startswith("أعمدة عددها 2")
    # Names of rows on the right, values growing to the left, labels on the other side of the bar.
    ax, label = placed["ax"], placed["label"]
    assert ax.xaxis_inverted() and ax.yaxis.get_ticks_position() == "right"
    assert label.get_ha() == "right" and label.xyann[0] == -5
    assert label.get_text() == "\u200fروسيا"
    assert [t.get_text().strip("\u200f") for t in ax.get_yticklabels()] == ["الحلفاء", "روسيا"]

    table.show(pd.DataFrame({"Allies": ["Russia"], "n": [2]}))
    assert shown[1]["text/markdown"].startswith("| الحلفاء | n |")
    assert "روسيا" in shown[1]["text/markdown"]
    assert words.complete()
