"""House style for figures: one frame, one palette, a wide and a narrow form of every figure.

Lengths are inches and text sizes points unless said otherwise. Nothing here uses pyplot, so no
state is left behind between cells.
"""

import base64
import datetime as dt
import io
import re
import warnings
from dataclasses import dataclass
from functools import cache, partial

import fontpkg_ibm_plex_sans_arabic as plex
import matplotlib as mpl
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib import dates as mdates
from matplotlib import font_manager, patheffects, ticker
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from afterwashington import text
from afterwashington.words import complete, right_to_left

# Every actor has 4.5:1 on white, so that labels may wear its colour; "context" is for marks only.
# The tests keep them apart under simulated protanopia, deuteranopia and tritanopia.
COLOURS = {
    "NATO": "#1F3A5F",
    "United States": "#1277C4",
    "Europe": "#00835C",
    "Ukraine": "#A86400",
    "Russia": "#B3261E",
    "China": "#6B1F8A",
    "Iran": "#205C0A",
    "DPRK": "#4E3B36",
    "context": "#8A939E",
    "ink": "#14181F",
    "muted": "#4F5864",
    "grid": "#E3E6EA",
}
COLOURS |= {
    iso3: COLOURS[name]
    for iso3, name in {
        "USA": "United States",
        "UKR": "Ukraine",
        "RUS": "Russia",
        "CHN": "China",
        "IRN": "Iran",
        "PRK": "DPRK",
    }.items()
}
SEQUENTIAL = LinearSegmentedColormap.from_list("sequential", ["#F1F5F9", "#7FA3C7", "#1F3A5F"])
DIVERGING = LinearSegmentedColormap.from_list("diverging", ["#B3261E", "#F6F4F1", "#1F5F8F"])
SUMMIT = dt.date(2024, 7, 10)

NARROW_MIME = "application/vnd.afterwashington.narrow+svg"
for _weight in ("Regular", "Medium", "SemiBold", "Bold"):
    font_manager.fontManager.addfont(plex.ROOT / "files" / f"IBMPlexSansArabic-{_weight}.ttf")


@dataclass(frozen=True)
class _Form:
    width: float
    title: float
    subtitle: float
    body: float
    note: float
    smallest: float  # points


_WIDE = _Form(width=6.6, title=12.5, subtitle=9.5, body=8.75, note=7.5, smallest=7)
# A phone of 360 px shows the narrow form 330 px wide: 11 px there are 8.2 pt here.
_NARROW = _Form(width=3.4, title=12.5, subtitle=9.5, body=8.75, note=8.25, smallest=8.2)
_EDGE = 0.1  # white around everything, so that the figure also stands on a dark page
_LEADING = 1.28  # line height, in text sizes
_LINESPACING = 0.9  # the same inside the axes, where matplotlib counts in heights of the face
_HALO_WIDTH = 2.5  # points
_HALO = [patheffects.withStroke(linewidth=_HALO_WIDTH, foreground="white")]


def _style(form, title):
    start = "right" if right_to_left() else "left"
    return {
        "font.family": plex.FAMILY,
        "font.size": form.body,
        "text.color": COLOURS["ink"],
        "text.parse_math": False,  # US$ is money, not mathematics
        "text.hinting": "none",
        "axes.edgecolor": COLOURS["muted"],
        "axes.labelcolor": COLOURS["muted"],
        "axes.labelsize": form.body,
        "axes.linewidth": 0.8,
        "axes.spines.left": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.axisbelow": True,
        "axes.titlelocation": start,
        "axes.titlesize": form.body + 0.25,
        "axes.titleweight": 600,
        "axes.titlepad": 5,
        "axes.unicode_minus": True,
        "grid.color": COLOURS["grid"],
        "grid.linewidth": 0.8,
        "xtick.labelsize": form.body,
        "ytick.labelsize": form.body,
        "xtick.color": COLOURS["muted"],
        "ytick.color": COLOURS["muted"],
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "ytick.alignment": "center",
        "lines.linewidth": 1.8,
        "lines.solid_capstyle": "round",
        "lines.markersize": 5.5,
        "hatch.linewidth": 0.7,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "path.simplify": True,
        "svg.fonttype": "path",
        "svg.hashsalt": title,
    }


def colour(name):
    """Return the colour of a palette name, or `name` itself when it is a colour already."""
    return COLOURS.get(name, name)


def summit(ax, label=True, side="left", top=1.0):
    """Mark the Washington summit on a date axis: dashed line, dated label beside its top.

    side: "left" or "right" of the line; top: height of line and label, as a share of the axes.
    Small multiples label one panel and pass label=False for the others.
    """
    ax.axvline(SUMMIT, ymax=top, color=COLOURS["NATO"], lw=1, ls=(0, (3, 2)), zorder=2.5)
    if label:
        words = text.t("Washington summit\n9\u201311 July 2024")
        sign, ha = (-1, "right") if side == "left" else (1, "left")
        ax.annotate(
            words,
            (mdates.date2num(SUMMIT), top),
            xycoords=ax.get_xaxis_transform(),
            xytext=(4 * sign, 0),
            textcoords="offset points",
            ha=ha,
            va="top",
            color=COLOURS["NATO"],
            path_effects=_HALO,
        )


def label(
    ax, x, y, s, colour="ink", weight="regular", ha="left", va="center", dx=0, dy=0, halo=True
):
    """Write `s` at the data point (x, y), moved by dx, dy points; return the Text.

    colour: palette name or colour. halo: a white outline that keeps the words clear of lines
    behind them; white words and words in hundreds of cells do without.
    """
    shade = COLOURS.get(colour, colour)
    return ax.annotate(
        s,
        (x, y),
        xytext=(dx, dy),
        textcoords="offset points",
        color=shade,
        weight=weight,
        ha=ha,
        va=va,
        annotation_clip=False,
        path_effects=_HALO if halo and to_rgb(shade) != (1, 1, 1) else None,
    )


def spread(ys, gap, low=-np.inf, high=np.inf):
    """Return positions at least `gap` apart, in the order of `ys`, moved as little as possible.

    The least-squares answer: pool adjacent violators on the positions less their place in the
    row. The block of labels is kept within low and high when it fits.
    """
    ys = np.asarray(ys, dtype=float)
    order = np.argsort(ys, kind="stable")
    blocks = []  # [mean, members]
    for place, y in enumerate(ys[order]):
        blocks.append([y - place * gap, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (first, n), (second, m) = blocks[-2:]
            blocks[-2:] = [[(first * n + second * m) / (n + m), n + m]]
    level = np.repeat([mean for mean, _ in blocks], [members for _, members in blocks])
    level = np.clip(level, low, max(low, high - gap * (len(ys) - 1)))
    moved = np.empty_like(ys)
    moved[order] = level + gap * np.arange(len(ys))
    return moved


def end_labels(ax, ends, side="right", weight="medium"):
    """Name lines at their ends; labels that would collide move apart, with thin leaders.

    ends: list of (words, x, y, colour). side: "right" or "left" of the point. `show` moves the
    labels when the layout is known, so the limits of the axes may still change after the call.
    """
    sign, ha = (1, "left") if side == "right" else (-1, "right")
    group = [
        ax.annotate(
            words,
            (x, y),
            xytext=(6 * sign, 0),
            textcoords="offset points",
            color=colour(shade),
            weight=weight,
            ha=ha,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": COLOURS["context"],
                "lw": 0.6,
                "relpos": (0 if side == "right" else 1, 0.5),
                "shrinkA": 1,
                "shrinkB": 4,
            },
        )
        for words, x, y, shade in ends
    ]
    ax.figure.end_label_groups = [*getattr(ax.figure, "end_label_groups", []), group]


def _settle(fig):
    """Run the layout, then move the end labels apart in its final measures.

    The layout is then left as it is: each format would otherwise repeat it, at most of the cost.
    """
    fig.draw_without_rendering()
    groups = getattr(fig, "end_label_groups", [])
    for group in groups:
        ys = [a.axes.transData.transform(_numeric(a))[1] * 72 / fig.dpi for a in group]
        gap = group[0].get_fontsize() * 1.2 * max(a.get_text().count("\n") + 1 for a in group)
        shifts = spread(ys, gap) - ys
        # One label further out than its line is high needs leaders, and the column room for them.
        crowded = np.abs(shifts).max() > gap / 3
        for annotation, shift in zip(group, shifts, strict=True):
            annotation.set_position((annotation.xyann[0] * (2.5 if crowded else 1), shift))
            annotation.arrow_patch.set_visible(crowded and abs(shift) > 1)
    if groups:
        fig.draw_without_rendering()
    fig.set_layout_engine("none")


def _numeric(annotation):
    (x, y), ax = annotation.xy, annotation.axes
    return float(ax.convert_xunits(x)), float(ax.convert_yunits(y))


def _places(ax, width):
    """Return how many tick labels, each `width` inches wide, fit side by side in a panel."""
    columns = ax.get_subplotspec().get_gridspec().ncols
    return max(2, int(ax.figure.get_figwidth() / columns / width))


def _value_axis(axis, digits, unit):
    def words(value, _):
        return text.t(f"{{number}}{unit}", number=text.number(value, digits if value else 0))

    axis.set_major_formatter(ticker.FuncFormatter(words))
    most = min(5, _places(axis.axes, 0.8)) if axis.axis_name == "x" else 5
    axis.set_major_locator(ticker.MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_tick_params(length=0)
    axis.grid(True)


def value_axis_right(ax, digits=0, unit=""):
    """Put the value axis on the right: light horizontal grid, grouped numbers, then `unit`.

    Panels that share the axis carry its numbers in the last column only.
    """
    ax.yaxis.tick_right()
    shared = len(ax.get_shared_y_axes().get_siblings(ax)) > 1
    ax.tick_params(labelright=ax.get_subplotspec().is_last_col() or not shared)
    _value_axis(ax.yaxis, digits, unit)


def value_axis_left(ax, digits=0, unit=""):
    """Put the value axis on the left, where the right side is taken by end labels."""
    _value_axis(ax.yaxis, digits, unit)


def value_axis_top(ax, digits=0, unit=""):
    """Put the value axis of horizontal bars or dots on top: light vertical grid."""
    ax.xaxis.tick_top()
    ax.spines["bottom"].set_visible(False)
    _value_axis(ax.xaxis, digits, unit)


def zero(ax, axis="y"):
    """Draw the zero line of the value axis ("y", or "x" for horizontal bars)."""
    line = ax.axhline if axis == "y" else ax.axvline
    line(0, color=COLOURS["ink"], lw=0.9, zorder=2.2)
    ax.spines["bottom"].set_visible(False)


def years(ax, every=None):
    """Put year ticks on a date axis or an axis of whole years; call it after drawing.

    every: years between ticks; without it as many as fit the figure's width.
    """
    on_dates = isinstance(ax.xaxis.get_major_locator(), mdates.DateLocator)
    low, high = ax.get_xlim()
    if every is None:
        span = (high - low) / (365.25 if on_dates else 1)
        every = next((step for step in (1, 2, 5, 10, 20) if span / step <= _places(ax, 0.55)), 50)
    if on_dates:
        ax.xaxis.set_major_locator(mdates.YearLocator(every))
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    else:
        ax.xaxis.set_major_locator(ticker.MultipleLocator(every))
        ax.xaxis.set_major_formatter(ticker.FormatStrFormatter("%d"))
    ax.has_time = True


def rows(ax, names):
    """Name the rows 0, 1, ... of horizontal bars, dots or cells, the first on top."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0, labelcolor=COLOURS["ink"])
    ax.has_rows = True


def estimated(shade):
    """Return the bar or patch style of uncertain values: hatched and hollow."""
    return {"facecolor": "white", "edgecolor": colour(shade), "hatch": "/////", "linewidth": 0.9}


def heat(ax, frame, scale=SEQUENTIAL, low=None, high=None, digits=0):
    """Draw a frame of numbers as cells with their values; missing cells stay blank.

    frame: rows top to bottom, columns left to right. scale: SEQUENTIAL or DIVERGING, from `low`
    to `high` (by default the extremes). The words in a cell are white where it is dark.
    """
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    low = np.nanmin(values) if low is None else low
    high = np.nanmax(values) if high is None else high
    ax.pcolormesh(values, cmap=scale, vmin=low, vmax=high, edgecolor="white", lw=1.2)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            shade = scale((value - low) / ((high - low) or 1))
            ink = max("white", COLOURS["ink"], key=lambda letters: _contrast(letters, shade))
            ax.text(
                column + 0.5,
                row + 0.5,
                text.number(value, digits),
                color=ink,
                ha="center",
                va="center",
            )
    ax.set_xticks(np.arange(values.shape[1]) + 0.5, frame.columns)
    ax.set_yticks(np.arange(values.shape[0]) + 0.5, frame.index)
    ax.set_ylim(values.shape[0], 0)
    ax.tick_params(length=0, labelcolor=COLOURS["ink"])
    ax.xaxis.tick_top()
    ax.spines[:].set_visible(False)
    ax.has_rows = True
    ax.has_time = all(re.match(r"\d{4}\b", str(name)) for name in frame.columns)


def _contrast(one, other):
    """Return the WCAG 2 contrast ratio of two colours (1 to 21)."""

    def luminance(shade):
        c = np.array(to_rgb(shade))
        return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ (
            0.2126,
            0.7152,
            0.0722,
        )

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@cache
def _word_width(word, size, weight):
    """Return the width in points of a word set in the house face."""
    font = FontProperties(family=plex.FAMILY, size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(word, font, ismath=False)[0]


def _wrap(words, width, size, weight="regular", balance=False):
    """Return the lines of `words` that fit `width` inches, by the measured width of the text.

    balance: lines of about equal length, so that no title ends in one lonely word.
    """
    space = _word_width("x x", size, weight) - 2 * _word_width("x", size, weight)

    def fits(line, limit):
        parts = line.split(" ")
        widths = sum(_word_width(word, size, weight) for word in parts)
        return widths + space * (len(parts) - 1) <= limit

    def broken(limit):
        lines = [""]
        for word in words.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and not fits(longer, limit):
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    limit = width * 72
    lines = broken(limit)
    while balance and len(lines) > 1 and len(tighter := broken(limit - 6)) == len(lines):
        limit, lines = limit - 6, tighter
        if not all(fits(line, limit) for line in lines):
            break
    return lines


def _compose(draw, form, title, subtitle, note, accent, height, grid, gridspec, shared):
    """Return the finished Figure of one form: the frame measured first, the axes between."""
    width = form.width - 2 * _EDGE

    def block(words, size, shade, **options):
        """Return the Text settings of each line, and the height of all of them."""
        lines = _wrap(words, width, size, **options)
        weight = options.get("weight", "regular")
        look = {"size": size, "color": COLOURS[shade], "weight": weight, "in_layout": False}
        return lines, look, size * _LEADING / 72

    headline = block(title, form.title, "ink", weight="bold", balance=True)
    measure = block(subtitle, form.subtitle, "muted", balance=True)
    caveat = block(note, form.note, "muted")
    title_height, subtitle_height, note_height = (
        len(lines) * leading for lines, _, leading in (headline, measure, caveat)
    )
    head = 0.18 + title_height + 0.03 + subtitle_height + 0.13
    foot = 0.12 + note_height + 0.08
    total = head + height + foot
    fig = Figure(figsize=(form.width, total), dpi=100)
    FigureCanvasAgg(fig)
    rtl = right_to_left()
    x = (form.width - _EDGE if rtl else _EDGE) / form.width
    for (lines, look, leading), top in (
        (headline, total - 0.18),
        (measure, total - 0.18 - title_height - 0.03),
        (caveat, foot - 0.12),
    ):
        for place, line in enumerate(lines):
            # Of the line's height about a quarter lies below the letters' feet.
            y = (top - (place + 0.76) * leading) / total
            fig.text(x, y, _directed(line), ha="right" if rtl else "left", **look)
    bar = Rectangle(
        (x, 1 - 0.1 / total),
        (-0.42 if rtl else 0.42) / form.width,
        0.05 / total,
        transform=fig.transFigure,
        color=colour(accent),
        lw=0,
        in_layout=False,
    )
    fig.add_artist(bar)
    area = (_EDGE / form.width, foot / total, width / form.width, height / total)
    fig.set_layout_engine("constrained", rect=area, w_pad=0, h_pad=0, wspace=0.06, hspace=0.06)
    if rtl and "width_ratios" in (gridspec or {}):
        gridspec = gridspec | {"width_ratios": gridspec["width_ratios"][::-1]}
    panels = fig.subplots(*(grid or (1, 1)), squeeze=False, gridspec_kw=gridspec, **shared)
    panels = (panels[:, ::-1] if rtl else panels).ravel()
    draw(panels if grid else panels[0], form is _NARROW)
    _say(fig)
    if rtl:
        for ax in fig.axes:
            _mirror(ax)
    for artist in fig.findobj(Text):
        artist.set_linespacing(_LINESPACING)
        if rtl and artist.get_ha() != "center":
            artist.set_multialignment("right")
    _settle(fig)
    _inspect(fig, form)
    return fig


def _directed(words):
    """Return words with marks of direction, if the edition is written from right to left.

    A question mark that stands for what is not known is turned as well.

    Without the mark before it, a line that begins with a Latin name or a number would be ordered
    as a Latin one; without the mark before the percent sign, the sign would stand behind a number
    by itself and before one among words.
    """
    if not right_to_left():
        return words
    words = re.sub(r"(?<=\d)%", "\u200f%", words).replace("?", "\u061f")
    if not re.search(r"[\u0590-\u08ff]|\d[\u2013+]|[\d\u200f]%? \(|\d: \d", words):
        return words
    return "\n".join(f"\u200f{line}" for line in words.split("\n"))


def _say(fig):
    """Put the words of the drawing into the language of the edition; those of the frame are."""
    for artist in fig.findobj(Text):
        if artist.get_in_layout():
            artist.set_text(_directed(text.t(artist.get_text())))
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            # Where names were given to the ticks, matplotlib keeps them in a dictionary by place.
            given = getattr(axis.get_major_formatter(), "func", None)
            if isinstance(given, partial):
                [names] = given.args
                names |= {place: _directed(text.t(str(words))) for place, words in names.items()}


def _mirror(ax):
    """Turn a drawing for readers from right to left: names of rows on the right, values growing
    to the left. Time goes on running from left to right."""
    if not getattr(ax, "has_rows", False):
        return
    place = ax.get_subplotspec()
    shared = len(ax.get_shared_y_axes().get_siblings(ax)) > 1
    ax.yaxis.tick_right()
    ax.tick_params(axis="y", labelleft=False, labelright=place.is_last_col() or not shared)
    if getattr(ax, "has_time", False) or isinstance(
        ax.xaxis.get_major_locator(), mdates.DateLocator
    ):
        return
    ax.invert_xaxis()
    other = {"left": "right", "right": "left", "center": "center"}
    for words in ax.texts:
        words.set_ha(other[words.get_ha()])
        if words.get_transform() == ax.transAxes:
            words.set_x(1 - words.get_position()[0])
        elif getattr(words, "anncoords", "") == "offset points":  # not the tail of an arrow
            words.xyann = (-words.xyann[0], words.xyann[1])


def _drawn_texts(fig):
    """Return the visible Text artists with words; ticks outside the view are not drawn."""
    hidden = set()
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            slack = (high - low) * 1e-6
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                inside = low - slack <= tick.get_loc() <= high + slack
                if not (inside and axis.get_visible() and ax.axison and ax.get_visible()):
                    hidden |= {tick.label1, tick.label2}
    return [
        t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in hidden
    ]


def _inspect(fig, form):
    """Raise ValueError for text that is too small, cut off at the edge or over other text."""
    if not complete():
        return  # half translated, so no reader will see it
    renderer = fig.canvas.get_renderer()
    width, height = fig.bbox.size
    boxes = []
    for artist in _drawn_texts(fig):
        words = artist.get_text()
        if artist.get_fontsize() < form.smallest:
            raise ValueError(
                f"figure: text {words!r} is {artist.get_fontsize():g} pt; the smallest size of"
                f" the form {form.width} in wide is {form.smallest} pt"
            )
        # The face has room above its capitals and below its descenders, where no ink falls.
        em = artist.get_fontsize() * fig.dpi / 72
        x0, y0, x1, y1 = Text.get_window_extent(artist, renderer).extents
        box = Bbox.from_extents(x0 - 0.1 * em, y0 + 0.2 * em, x1 + 0.1 * em, y1 - 0.35 * em)
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            raise ValueError(
                f"figure: text {words!r} is cut off at the edge of the form {form.width} in wide"
            )
        if boxes:
            x, y, right, top = np.array([taken for _, taken in boxes]).T
            over = (x < box.x1) & (right > box.x0) & (y < box.y1) & (top > box.y0)
            if over.any():
                raise ValueError(
                    f"figure: text {words!r} covers {boxes[over.argmax()][0]!r} in the form"
                    f" {form.width} in wide"
                )
        boxes.append((words, box.extents))


def _svg(fig, title):
    """Return the figure as SVG text, the same bytes for the same drawing."""
    # A path effect would write every letter out twice; _compact draws the halo from the glyphs.
    for place, artist in enumerate(t for t in fig.findobj(Text) if t.get_path_effects()):
        artist.set(path_effects=[], gid=f"halo_{place}")
    stream = io.StringIO()
    keys = ("Date", "Creator", "Format", "Type")
    # Straight to the canvas: savefig draws once more before, for a layout that is already fixed.
    screen, dpi = fig.canvas, fig.dpi
    FigureCanvasSVG(fig).print_svg(stream, metadata=dict.fromkeys(keys) | {"Title": title})
    fig.set_canvas(screen)
    fig.dpi = dpi
    return _compact(_renumber(stream.getvalue()))


def _renumber(svg):
    """Return the SVG text with the names of clip paths counted in order of appearance.

    matplotlib hashes them from coordinates to the last bit, which the layout does not repeat from
    one process to the next.
    """
    names = dict.fromkeys(re.findall(r"\bp[0-9a-f]{10}\b", svg))
    numbered = {name: f"clip{number}" for number, name in enumerate(names)}
    return re.sub(r"\bp[0-9a-f]{10}\b", lambda match: numbered[match[0]], svg)


def _compact(svg):
    """Return the SVG text with its halos, and without digits and spaces that nobody sees."""

    def number(match):
        return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")

    def path(match):
        tight = re.sub(r"\s*([A-Za-z])\s*", r"\1", re.sub(r"-?\d+\.\d+", number, match[1]))
        return f' d="{" ".join(tight.split())}"'

    def glyph(match):
        eighths = re.sub(r"-?\d+", lambda n: str(round(int(n[0]) / 8)), match[1])
        return f'd="{eighths}" transform="scale(0.125)"'

    # A hundredth of a point is far below what is seen; glyphs are drawn 64 times finer still.
    svg = re.sub(r' d="([^"]*)"', path, svg)
    svg = re.sub(r'd="([-\dA-Za-z ]*)" transform="scale\(0.015625\)"', glyph, svg)
    svg = re.sub(
        r' (?:x|y)="[^"]*"|translate\([^)]*\)', lambda m: re.sub(r"-?\d+\.\d+", number, m[0]), svg
    )
    svg = re.sub(r"IBMPlexSansArabic-(\w)[a-zA-Z]*-", r"\1-", svg)
    svg = re.sub(r"\n\s*", "\n", svg)
    return re.sub(r'<g id="halo_\d+">.*?</g>\n</g>', _halo, svg, flags=re.DOTALL)


def _halo(group):
    """Return the SVG group of a text with a white outline under each of its lines.

    The width of a stroke is counted in the glyph's own units: eighths of the scaled text.
    """

    def line(match):
        fill, transform, scale, definitions, glyphs = match.groups()
        stroke = f"stroke: #ffffff; stroke-width: {8 * _HALO_WIDTH / float(scale):.0f}"
        return (
            f'<g transform="{transform}">\n{definitions or ""}'
            f'<g style="fill: #ffffff; stroke-linejoin: round; {stroke}">\n{glyphs}</g>\n'
            f'<g style="{fill}">\n{glyphs}</g>\n</g>'
        )

    drawn = (
        r'<g style="([^"]*)" transform="([^"]*scale\((\S+) [^"]*)">\n(<defs>.*?</defs>\n)?(.*?)</g>'
    )
    return re.sub(drawn, line, group[0], flags=re.DOTALL)


def _png(fig):
    stream = io.BytesIO()
    screen, fig.dpi = fig.dpi, 200
    fig.canvas.print_png(stream, metadata={"Software": None})
    fig.dpi = screen
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _check(title, subtitle, alt, data, cutoff):
    for name, words in (("title", title), ("subtitle", subtitle), ("alt", alt)):
        if not isinstance(words, str) or not words.strip():
            raise ValueError(f"figure: {name} is empty; every figure needs one")
    if alt == title or len(alt) <= 60:
        raise ValueError(
            "figure: alt must say the kind of chart, what is compared and the finding, in more"
            f" than 60 characters and not as the title does; found {alt!r}"
        )
    if not isinstance(data, pd.DataFrame) or data.empty:
        raise ValueError("figure: data must be a DataFrame with the rows that are drawn")
    if any(name is not None for name in data.index.names):
        raise ValueError(
            f"figure: the index {list(data.index.names)} of data would be lost in the CSV;"
            " call reset_index()"
        )
    if not isinstance(cutoff, dt.date) or pd.isna(cutoff):
        raise ValueError(f"figure: cutoff must be a date, found {cutoff!r}")


def show(
    draw,
    *,
    title,
    subtitle,
    alt,
    data,
    sources,
    cutoff,
    note="",
    accent="NATO",
    height=4.0,
    narrow_height=None,
    axes=None,
    gridspec=None,
    narrow_axes=None,
    narrow_gridspec=None,
    sharex=False,
    sharey=False,
):
    """Draw a figure in both forms and display it once, as a bundle of formats.

    draw(ax, narrow): called for each form; ax is an Axes, or with `axes` a flat array of Axes in
    reading order. title: the finding. subtitle: measure, unit, population, period. note: the
    caveat; sources and cut-off are added, and a warning if all sources are weak. alt: kind of chart, comparison, finding. data: the
    frame of exactly what is drawn. sources: source ids. cutoff: date. accent: palette name of
    the subject. height, narrow_height: inches of the plot with its tick labels. axes,
    narrow_axes: (rows, columns) of panels; gridspec, narrow_gridspec: their proportions.

    The bundle: SVG and PNG (wide), SVG (narrow, NARROW_MIME), CSV, and alt as plain text.
    Raises ValueError for missing parts, unknown sources, and text that is too small, cut off or
    over other text.
    """
    from afterwashington import evidence

    _check(title, subtitle, alt, data, cutoff)
    if not sources:
        raise ValueError("figure: sources is empty; every figure names its sources")
    title, subtitle, alt = text.t(title), text.t(subtitle), text.t(alt)
    labels = evidence.source_labels(sources)
    sources_are = text.t("Sources: {labels}.", labels=labels)
    sentences = [
        sources_are if len(set(sources)) > 1 else text.t("Source: {labels}.", labels=labels),
        evidence.caveat(sources),
        text.t(note.strip()),
        text.t("Data to {date}.", date=text.date(cutoff)).replace(" ", text.NBSP),
    ]
    frame = (title, subtitle, " ".join(s for s in sentences if s), accent)
    shared = {"sharex": sharex, "sharey": sharey}
    narrow_grid = (narrow_axes or axes, narrow_gridspec if narrow_axes else gridspec, shared)
    try:
        with warnings.catch_warnings():
            # Printed, a warning would be a second output of the cell; and what matplotlib warns
            # of (a letter that the face lacks, no room for the axes) is a fault of the figure.
            warnings.simplefilter("error" if complete() else "ignore", UserWarning)
            with mpl.rc_context(_style(_WIDE, title)):
                fig = _compose(draw, _WIDE, *frame, height, axes, gridspec, shared)
                png, wide = _png(fig), _svg(fig, title)
            with mpl.rc_context(_style(_NARROW, title)):
                fig = _compose(draw, _NARROW, *frame, narrow_height or height, *narrow_grid)
                narrow = _svg(fig, title)
    except UserWarning as warning:
        raise ValueError(f"figure: {warning}") from warning
    bundle = {
        "image/svg+xml": wide,
        "image/png": png,
        NARROW_MIME: narrow,
        "text/csv": csv(data),
        "text/plain": alt,
    }
    display(bundle, raw=True, metadata={"alt": alt, "sources": list(sources)})


def csv(frame):
    """Return a frame as CSV text: ISO dates, twelve digits (no binary noise), newline ends."""
    return frame.to_csv(
        index=False, float_format="%.12g", date_format="%Y-%m-%d", lineterminator="\n"
    )
