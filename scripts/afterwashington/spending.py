"""Defence spending: thresholds, revisions between editions, and shares of a rise.

Every function takes frames in the layout of ``defence_expenditure`` and gives frames back.
A frame passed in holds one edition only: NATO's editions differ in definition, base year and
sources of GDP, so that a value of one must never be subtracted from a value of the other within
a series. The one place where two editions meet is :func:`revision`, whose subject is the
difference itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

# NATO prints shares of GDP with two decimals and counts an Ally as "at 2 %" by the printed value.
PRINTED_DECIMALS = 2


def edition(frame: pd.DataFrame, which: int, *, aggregates: bool = False) -> pd.DataFrame:
    """Rows of one edition: countries, or NATO's own aggregates.

    Raises ``ValueError`` when the edition is not in the frame.
    """
    kind = "aggregate" if aggregates else "country"
    rows = frame[(frame["edition"] == which) & (frame["entity_type"] == kind)]
    if rows.empty:
        known = sorted(int(value) for value in frame["edition"].unique())
        raise ValueError(f"no {kind} rows for edition {which}; editions present: {known}")
    return rows.reset_index(drop=True)


def wide(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Country (rows) by year (columns) for one column of a single edition.

    Raises ``ValueError`` when the frame mixes editions, which would put two definitions
    into one series.
    """
    if frame["edition"].nunique() > 1:
        raise ValueError("frame mixes editions: filter with edition() first")
    return frame.pivot(index="iso3", columns="year", values=column)


def reaches(values: pd.Series | pd.DataFrame, line: float) -> pd.Series | pd.DataFrame:
    """True where a share of GDP (per cent), rounded as printed, is at or above ``line``."""
    return values.round(PRINTED_DECIMALS) >= line


def count_at(frame: pd.DataFrame, line: float) -> pd.Series:
    """Members of the year at or above ``line`` per cent of GDP, by year."""
    members = frame[frame["member_that_year"].astype(bool)]
    return reaches(members["pct_gdp"], line).groupby(members["year"]).sum().astype(int)


def first_year(frame: pd.DataFrame, line: float, *, lasting: bool = False) -> pd.Series:
    """First year in which each country stands at ``line``; absent countries never do.

    With ``lasting`` the first year after which it never falls below again (within the frame).
    Years before a country joined count too: the question is when it spent so much.
    """
    reached = reaches(wide(frame, "pct_gdp"), line)
    if lasting:
        # Read from the last year backwards: true as long as no later year is below the line.
        reached = reached.iloc[:, ::-1].cummin(axis=1).iloc[:, ::-1].astype(bool)
    years = reached.idxmax(axis=1)
    return years[reached.any(axis=1)].astype(int)


def revision(old: pd.DataFrame, new: pd.DataFrame, year: int) -> pd.DataFrame:
    """One year in two editions: how far spending and how far GDP moved the share.

    ``share = spending / GDP``, with GDP implied by the other two. Columns, by iso3:
    ``share_old``, ``share_new`` (per cent of GDP), ``spending_change_pct`` and
    ``gdp_change_pct`` (current US dollars, so that both carry any change of the exchange rate,
    which cancels in the share), ``points`` (new minus old share) and its exact split
    ``points_spending`` + ``points_gdp`` by the logarithmic mean (additive LMDI: B. W. Ang, Energy
    Policy 32, 2004), and the two counterfactual shares ``only_spending`` and ``only_gdp``, in
    which one side alone is revised.
    """
    columns = {"pct_gdp": "share", "usd_bn_current": "spending"}
    before, after = (
        f[f["year"] == year].set_index("iso3")[list(columns)].rename(columns=columns)
        for f in (old, new)
    )
    both = before.add_suffix("_old").join(after.add_suffix("_new"), how="inner").dropna()
    spending = both["spending_new"] / both["spending_old"]
    gdp = spending / (both["share_new"] / both["share_old"])
    weight = log_mean(both["share_new"], both["share_old"])
    return pd.DataFrame(
        {
            "share_old": both["share_old"],
            "share_new": both["share_new"],
            "spending_change_pct": 100 * (spending - 1),
            "gdp_change_pct": 100 * (gdp - 1),
            "points": both["share_new"] - both["share_old"],
            "points_spending": weight * np.log(spending),
            "points_gdp": -weight * np.log(gdp),
            "only_spending": both["share_old"] * spending,
            "only_gdp": both["share_old"] / gdp,
        }
    )


def log_mean(a: pd.Series, b: pd.Series) -> pd.Series:
    """Logarithmic mean of two positive series, ``(a - b) / ln(a / b)``; ``a`` where they agree."""
    ratio = np.log(a / b)
    return ((a - b) / ratio.where(ratio != 0)).fillna(a)


def cause(row: pd.Series, line: float) -> str:
    """Which revision alone carries a country below ``line``: spending, GDP, either, or only both.

    ``row`` is a row of :func:`revision` whose old share reached the line and whose new share
    does not.
    """
    below_by_spending = not reaches(pd.Series([row["only_spending"]]), line).iloc[0]
    below_by_gdp = not reaches(pd.Series([row["only_gdp"]]), line).iloc[0]
    if below_by_spending and below_by_gdp:
        return "either"
    if below_by_spending:
        return "spending"
    return "GDP" if below_by_gdp else "both together"


def rise(frame: pd.DataFrame, start: int, end: int, column: str = "usd_bn_constant") -> dict:
    """Exact additive decomposition of the growth of the Alliance's total.

    The published total of ``end`` minus that of ``start`` (members of the year only) equals the
    growth of every country that is a member in ``end`` plus ``accession``: what the later joiners
    already spent in ``start``, which entered the total without anyone spending more. Gives
    ``by_country`` (Series, iso3), ``accession`` and ``published`` (floats, unit of ``column``).
    """
    values = wide(frame, column)
    member = wide(frame, "member_that_year").astype(bool)
    counted = member.index[member[end]]
    growth = values.loc[counted, end] - values.loc[counted, start]
    late = counted[~member.loc[counted, start]]
    published = values[end].where(member[end]).sum() - values[start].where(member[start]).sum()
    return {
        "by_country": growth.sort_values(ascending=False),
        "accession": float(values.loc[late, start].sum()),
        "published": float(published),
    }


def implied_gdp(frame: pd.DataFrame, column: str = "usd_bn_constant") -> pd.DataFrame:
    """GDP as the tables imply it, US$ bn: spending divided by its share; country by year.

    For groups of countries add these up. NATO's published share of a group weights its members
    in constant prices, so dividing a group's current spending by it gives a GDP of no year.
    """
    return wide(frame, column) / wide(frame, "pct_gdp") * 100


def gap(frame: pd.DataFrame, year: int, line: float) -> pd.DataFrame:
    """Distance of each country to ``line`` per cent of GDP in one year.

    ``points``: percentage points missing (0 where reached). ``usd_bn``: the same in constant US
    dollars, at the GDP implied by constant spending and its share; it says what the line would
    have cost in that year, not what it will cost when GDP has grown.
    """
    rows = frame[frame["year"] == year].set_index("iso3")
    points = (line - rows["pct_gdp"].round(PRINTED_DECIMALS)).clip(lower=0)
    implied_gdp = rows["usd_bn_constant"] / rows["pct_gdp"] * 100
    return pd.DataFrame(
        {"pct_gdp": rows["pct_gdp"], "points": points, "usd_bn": points / 100 * implied_gdp}
    ).sort_values("pct_gdp", ascending=False)


def within_reach_of_a_miss(shares: pd.Series, line: float, miss: float) -> pd.Index:
    """Countries at ``line`` now that would fall below it if their share came out lower.

    ``miss`` is relative: 0.02 lowers a share of 2.01 to 1.97.
    """
    now = reaches(shares, line)
    then = reaches(shares * (1 - miss), line)
    return shares.index[now & ~then]
