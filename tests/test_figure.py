"""The frame around figures: nothing overlaps, nothing is too small, the bytes repeat."""

import datetime as dt
import hashlib
import itertools
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from afterwashington import evidence, figure

ACTORS = ["NATO", "United States", "Europe", "Ukraine", "Russia", "China", "Iran", "DPRK"]
ALT = "Bar chart of two made-up years; the second is twice as high as the first."
FRAME = pd.DataFrame({"year": [2023, 2024], "value": [0.1 + 0.2, 6000.0]})
LONG = "A finding that needs many words because the comparison has more than two sides "


def bars(ax, narrow):
    ax.bar(FRAME["year"], FRAME["value"], color=figure.COLOURS["NATO"])
    figure.value_axis_right(ax)
    figure.years(ax)


@pytest.fixture
def shown(monkeypatch):
    """Call figure.show with good defaults; return the bundle and the Figures it composed."""
    bundles, figures = [], []
    compose = figure._compose
    monkeypatch.setattr(evidence, "source_labels", lambda ids: "; ".join(ids))
    monkeypatch.setattr(evidence, "caveat", lambda ids: "")
    monkeypatch.setattr(figure, "display", lambda bundle, **rest: bundles.append((bundle, rest)))
    monkeypatch.setattr(
        figure, "_compose", lambda *args: figures.append(compose(*args)) or figures[-1]
    )

    def show(draw=bars, **changes):
        settings = {
            "title": "Twice as high",
            "subtitle": "Made-up values",
            "note": "A caveat.",
            "alt": ALT,
            "data": FRAME,
            "sources": ["NATO 2026"],
            "cutoff": dt.date(2026, 6, 13),
            "height": 2.0,
        }
        figure.show(draw, **settings | changes)
        return bundles[-1], figures[-2:]

    return show


def test_one_bundle_with_every_format(shown):
    (bundle, options), (wide, narrow) = shown()
    assert set(bundle) == {
        "image/svg+xml",
        "image/png",
        figure.NARROW_MIME,
        "text/csv",
        "text/plain",
    }
    assert options["metadata"]["alt"] == bundle["text/plain"] == ALT
    assert bundle["text/csv"] == "year,value\n2023,0.3\n2024,6000\n"
    assert len(bundle["image/svg+xml"]) < 150_000
    assert (wide.get_figwidth(), narrow.get_figwidth()) == (6.6, 3.4)
    notes = " ".join(t.get_text() for t in wide.texts)
    assert "Source: NATO 2026. A caveat. Data\u00a0to\u00a013\u00a0June\u00a02026." in notes


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_frame_never_meets_the_axes(shown, repeats):
    _, figures = shown(title=LONG * repeats + "here", subtitle=LONG * repeats, note=LONG * repeats)
    for fig in figures:
        fig.draw_without_rendering()
        renderer = fig.canvas.get_renderer()
        plot = fig.axes[0].get_tightbbox(renderer)
        edges = [t.get_window_extent(renderer) for t in fig.texts]
        above = [box for box in edges if box.y0 > plot.y0]
        below = [box for box in edges if box.y0 <= plot.y0]
        assert min(box.y0 for box in above) >= plot.y1
        assert max(box.y1 for box in below) <= plot.y0 + 1
        assert max(box.x1 for box in edges) <= fig.bbox.width - figure._EDGE * fig.dpi + 1
        assert 1.4 < plot.height / fig.dpi <= 2.01  # the height asked for, less padding


def test_bytes_repeat_in_another_process():
    code = f"""
import datetime as dt, hashlib, pandas as pd
from afterwashington import evidence, figure
evidence.source_labels = "; ".join
evidence.caveat = lambda ids: ""
figure.display = lambda bundle, **_: print(hashlib.sha256(repr(bundle).encode()).hexdigest())
def draw(ax, narrow):
    days = pd.date_range("2023-01-01", periods=24, freq="MS")
    ax.plot(days, range(24)), ax.fill_between(days, range(24))
    figure.summit(ax), figure.years(ax)
    figure.end_labels(ax, [("One", days[-1], 23, "RUS"), ("Two", days[-1], 22, "CHN")])
figure.show(draw, title="T", subtitle="S", alt={ALT!r}, data=pd.DataFrame({{"a": [1]}}),
            sources=["x"], cutoff=dt.date(2026, 1, 1))
"""
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].strip()) == hashlib.sha256().digest_size * 2


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"title": " "}, "title is empty"),
        ({"subtitle": ""}, "subtitle is empty"),
        ({"alt": ""}, "alt is empty"),
        ({"alt": "Bar chart."}, "60 characters"),
        ({"alt": LONG, "title": LONG}, "not as the title"),
        ({"data": FRAME[:0]}, "must be a DataFrame with"),
        ({"data": [1, 2]}, "must be a DataFrame"),
        ({"data": FRAME.set_index("year")}, "reset_index"),
        ({"sources": []}, "sources is empty"),
        ({"cutoff": "2026-06-13"}, "cutoff must be a date"),
        ({"cutoff": pd.NaT}, "cutoff must be a date"),
    ],
)
def test_missing_parts_are_refused(shown, change, complaint):
    with pytest.raises(ValueError, match=complaint):
        shown(**change)


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda ax, narrow: ax.text(0, 0, "tiny", fontsize=6), "'tiny' is 6 pt"),
        (lambda ax, narrow: ax.figure.text(0.95, 0.5, "far too long"), "cut off"),
        (lambda ax, narrow: [ax.text(0.5, 0.5, s) for s in ("one", "two")], "'two' covers 'one'"),
        (lambda ax, narrow: ax.text(0, 0.5, "Erdo\u011fan"), "BREVE.* missing from"),
    ],
)
def test_unreadable_text_is_refused(shown, draw, complaint):
    with pytest.raises(ValueError, match=complaint):
        shown(draw)


def test_panels_arrive_flat_in_both_forms(shown):
    sizes = []
    shown(lambda axes, narrow: sizes.append(axes.shape), axes=(1, 3), narrow_axes=(2, 1))
    assert sizes == [(3,), (2,)]


def test_drawing_leaves_no_state(shown):
    before = dict(figure.mpl.rcParams)
    shown()
    assert dict(figure.mpl.rcParams) == before
    assert "matplotlib.pyplot" not in vars(figure)


def test_spread():
    # 1.0 and 1.2 move apart evenly around their mean 1.1; 5 stays.
    assert figure.spread([1.2, 5, 1.0], 1) == pytest.approx([1.6, 5, 0.6])
    assert figure.spread([3, 1], 1) == pytest.approx([3, 1])
    assert figure.spread([0, 0], 2, low=0) == pytest.approx([0, 2])


def test_end_labels_stand_apart(shown):
    def draw(ax, narrow):
        ax.set_ylim(0, 100)
        figure.end_labels(ax, [(str(y), 1, y, "NATO") for y in (50, 50.5, 51)])

    _, figures = shown(draw)
    for fig in figures:
        fig.draw_without_rendering()  # back from the SVG's measures to the figure's own
        ys = [Text.get_window_extent(a, fig.canvas.get_renderer()).y0 for a in fig.axes[0].texts]
        assert np.diff(ys).min() > 8.75 * fig.dpi / 72


@pytest.mark.parametrize("name", [*ACTORS, "ink", "muted"])
def test_words_may_wear_the_colour(name):
    assert figure._contrast(figure.COLOURS[name], "white") >= 4.5


def test_context_is_seen_on_white():
    assert figure._contrast(figure.COLOURS["context"], "white") >= 3
    assert figure._contrast("black", "white") == pytest.approx(21)


# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deuteranopia": [
        [0.367, 0.861, -0.228],
        [0.280, 0.673, 0.047],
        [-0.012, 0.043, 0.969],
    ],
    "tritanopia": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_actors_stay_apart_for_colour_blind_readers(kind):
    """The smallest distance in CIELAB (CIE 1976) between two colours of the palette."""

    def lab(name):
        c = np.array(to_rgb(figure.COLOURS[name]))
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        seen = np.clip(np.array(BLINDNESS[kind]) @ linear, 0, 1)
        to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        xyz = np.array(to_xyz) @ seen / (0.95047, 1, 1.08883)
        f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    pairs = itertools.combinations([*ACTORS, "context"], 2)
    distance = {pair: np.linalg.norm(lab(pair[0]) - lab(pair[1])) for pair in pairs}
    assert min(distance.values()) >= 12, min(distance, key=distance.get)
