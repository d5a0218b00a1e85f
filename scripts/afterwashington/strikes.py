"""Tests of a break in a monthly series: interrupted series, placebo dates, change points.

Everything here is pure: a monthly series (``pandas.Series`` with a sorted index of month starts)
goes in, a frame or a small result comes out. Counts are put on a log scale by the caller, so that
a step reads as a ratio and a slope as growth in per cent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm


@dataclass(frozen=True)
class Interrupted:
    """A fitted interrupted series.

    level and slope are in units of the series (log points, log points a month) with standard
    errors robust to heteroscedasticity and autocorrelation; ``fit`` has one row a month with
    columns observed, fitted, counterfactual, low, high (95 % prediction interval of the
    counterfactual; empty before the break) and used (False for months left out).
    """

    level: float
    level_se: float
    slope_before: float
    slope_change: float
    slope_change_se: float
    residual_autocorrelation: float
    months: int
    fit: pd.DataFrame


def _checked(series: pd.Series) -> pd.Series:
    if series.isna().any():
        gap = series.index[series.isna()][0]
        raise ValueError(f"monthly series: no value for {gap:%Y-%m}; fill or leave out whole ends")
    expected = pd.date_range(series.index[0], periods=len(series), freq="MS")
    if not series.index.equals(expected):
        wrong = next(
            (got for got, want in zip(series.index, expected, strict=True) if got != want),
            series.index[-1],
        )
        raise ValueError(f"monthly series: months must run without a gap; look near {wrong}")
    return series.astype(float)


def window_totals(
    series: pd.Series, event: pd.Timestamp, months: int, event_month: str = "out"
) -> tuple[float, float]:
    """Sum of ``months`` months before and after the month of an event.

    ``event_month`` says where the month of the event goes: "out" (left out), "before" (the last
    of the months before) or "after" (the first of the months after).
    """
    series = _checked(series)
    if event_month not in {"out", "before", "after"}:
        raise ValueError(f"event_month: {event_month!r}; expected 'out', 'before' or 'after'")
    place = series.index.get_loc(event)
    first_after = place if event_month == "after" else place + 1
    end_before = place + 1 if event_month == "before" else place
    before = series.iloc[max(end_before - months, 0) : end_before]
    after = series.iloc[first_after : first_after + months]
    if len(before) < months or len(after) < months:
        raise ValueError(
            f"{months} months are wanted on both sides of {event:%Y-%m}, "
            f"there are {len(before)} and {len(after)}"
        )
    return float(before.sum()), float(after.sum())


def interrupted_series(
    series: pd.Series,
    first_after: pd.Timestamp,
    *,
    window: int | None = None,
    leave_out: tuple[pd.Timestamp, ...] = (),
    lags: int = 3,
) -> Interrupted:
    """Segmented regression with a change of level and of slope at ``first_after``.

    ``value = a + b t + level * after + change * after * t``, t in months from ``first_after``;
    ordinary least squares with Newey-West (HAC) errors of ``lags`` months and the small-sample
    correction. ``window`` keeps that many months before and after, not counting those in
    ``leave_out``. The method is that of Wagner et al. (2002), J. Clin. Pharm. Ther. 27.
    """
    series = _checked(series)
    kept = ~series.index.isin(list(leave_out))
    place = series.index.get_loc(first_after)
    t = np.arange(len(series)) - place
    if window is not None:
        before = np.flatnonzero(kept & (t < 0))
        after = np.flatnonzero(kept & (t >= 0))
        if len(before) < window or len(after) < window:
            raise ValueError(
                f"{window} months are wanted on both sides of {first_after:%Y-%m}, "
                f"there are {len(before)} and {len(after)}"
            )
        inside = (t >= t[before[-window]]) & (t <= t[after[window - 1]])
    else:
        inside = np.ones(len(series), dtype=bool)
    used = kept & inside
    after = (t >= 0).astype(float)
    design = np.column_stack([np.ones(len(t)), t, after, after * t])
    ordinary = sm.OLS(series.to_numpy()[used], design[used]).fit()
    robust = ordinary.get_robustcov_results("HAC", maxlags=lags, use_correction=True)

    # What the months before, alone, would have predicted for the months after.
    past = used & (t < 0)
    history = sm.OLS(series.to_numpy()[past], design[past][:, :2]).fit()
    future = inside & (t >= 0)
    ahead = history.get_prediction(design[future][:, :2]).summary_frame(alpha=0.05)
    fit = pd.DataFrame(
        {
            "observed": series,
            "fitted": design @ ordinary.params,
            "counterfactual": np.nan,
            "low": np.nan,
            "high": np.nan,
            "used": used,
        }
    )
    fit.loc[future, "counterfactual"] = ahead["mean"].to_numpy()
    fit.loc[future, "low"] = ahead["obs_ci_lower"].to_numpy()
    fit.loc[future, "high"] = ahead["obs_ci_upper"].to_numpy()
    residual = ordinary.resid
    return Interrupted(
        level=float(robust.params[2]),
        level_se=float(robust.bse[2]),
        slope_before=float(robust.params[1]),
        slope_change=float(robust.params[3]),
        slope_change_se=float(robust.bse[3]),
        residual_autocorrelation=float(residual[1:] @ residual[:-1] / (residual @ residual)),
        months=int(used.sum()),
        fit=fit.loc[inside],
    )


def placebo_breaks(series: pd.Series, window: int, lags: int = 3) -> pd.DataFrame:
    """The interrupted series at every month that has ``window`` months on either side.

    One row a candidate (index: first month after the supposed break) with level, level_se, t,
    slope_change and rank (1 = greatest rise in level). A date deserves special mention only if
    it beats the dates at which nothing is known to have happened.
    """
    series = _checked(series)
    candidates = series.index[window : len(series) - window + 1]
    rows = []
    for month in candidates:
        result = interrupted_series(series, month, window=window, lags=lags)
        rows.append((result.level, result.level_se, result.slope_change))
    frame = pd.DataFrame(rows, index=candidates, columns=["level", "level_se", "slope_change"])
    frame["t"] = frame["level"] / frame["level_se"]
    frame["rank"] = frame["level"].rank(ascending=False).astype(int)
    return frame


def _segment_costs(values: np.ndarray, min_size: int) -> np.ndarray:
    """Residual sum of squares of a straight line through values[i:j], for every i < j."""
    n = len(values)
    costs = np.full((n + 1, n + 1), np.inf)
    for i in range(n):
        for j in range(i + min_size, n + 1):
            t = np.arange(j - i) - (j - i - 1) / 2
            y = values[i:j] - values[i:j].mean()
            slope = (t @ y) / (t @ t) if len(t) > 1 else 0.0
            costs[i, j] = max(float(y @ y - slope * (t @ y)), 0.0)
    return costs


def best_breaks(series: pd.Series, max_breaks: int = 4, min_size: int = 5) -> pd.DataFrame:
    """Best split into straight segments for each number of breaks, by exhaustive search.

    Each segment has its own level and slope. Returns one row a number of breaks (0 to
    ``max_breaks``) with rss, bic and breaks (tuple of first months of the new segments). The
    search is the dynamic programme of Bai and Perron (2003), J. Appl. Econ. 18: exact, not
    greedy. BIC counts two coefficients a segment and one date a break.
    """
    series = _checked(series)
    n = len(series)
    costs = _segment_costs(series.to_numpy(), min_size)
    best = costs[0].copy()
    path: list[list[tuple[int, ...]]] = [[() for _ in range(n + 1)]]
    rows = []
    for breaks in range(max_breaks + 1):
        if breaks:
            previous, best = best, np.full(n + 1, np.inf)
            trail: list[tuple[int, ...]] = [() for _ in range(n + 1)]
            for end in range(n + 1):
                options = previous[:end] + costs[:end, end]
                if len(options) and np.isfinite(options.min()):
                    at = int(options.argmin())
                    best[end] = options[at]
                    trail[end] = (*path[-1][at], at)
            path.append(trail)
        if not np.isfinite(best[n]):
            break
        bic = n * np.log(max(best[n], 1e-12) / n) + (3 * breaks + 2) * np.log(n)
        rows.append((breaks, best[n], bic, tuple(series.index[i] for i in path[-1][n])))
    return pd.DataFrame(rows, columns=["n_breaks", "rss", "bic", "breaks"]).set_index("n_breaks")


def breaks_by_penalty(table: pd.DataFrame, penalties: np.ndarray) -> pd.DataFrame:
    """Which row of ``best_breaks`` wins when each break costs ``penalty`` (in units of rss)."""
    rows = []
    for penalty in penalties:
        chosen = (table["rss"] + penalty * table.index.to_numpy()).idxmin()
        rows.append((float(penalty), int(chosen), table.loc[chosen, "breaks"]))
    return pd.DataFrame(rows, columns=["penalty", "n_breaks", "breaks"])


def break_interval(
    series: pd.Series,
    breaks: tuple[pd.Timestamp, ...],
    which: pd.Timestamp,
    min_size: int = 5,
    confidence: float = 0.95,
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Earliest and latest date of one break, the other breaks held where they are.

    ``breaks`` are the dates of a fitted row of ``best_breaks``, ``which`` one of them. A date
    stays in while n log(rss / rss_best) is below the critical value of Hansen (2000),
    Econometrica 68: -2 log(1 - sqrt(confidence)), 7.35 for 95 %, n being the months of the two
    segments that meet at the break. Residuals are taken as independent: with autocorrelated
    ones the true interval is wider.
    """
    series = _checked(series)
    if which not in breaks:
        raise ValueError(f"which: {which:%Y-%m} is not one of the breaks")
    edges = [0, *(series.index.get_loc(month) for month in breaks), len(series)]
    place = edges.index(series.index.get_loc(which))
    start, end = edges[place - 1], edges[place + 1]
    costs = _segment_costs(series.to_numpy(), min_size)
    positions = np.arange(start + min_size, end - min_size + 1)
    rss = np.array([costs[start, k] + costs[k, end] for k in positions])
    critical = -2 * np.log(1 - np.sqrt(confidence))
    inside = positions[(end - start) * np.log(rss / rss.min()) <= critical]
    return series.index[inside[0]], series.index[inside[-1]]


def monthly_rate(amount: float, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Amount per month of 30.44 days over the days from ``start`` to ``end``, both included."""
    days = (end - start).days + 1
    if days < 1:
        raise ValueError(f"period ends ({end:%Y-%m-%d}) before it starts ({start:%Y-%m-%d})")
    return amount / (days / 30.44)
