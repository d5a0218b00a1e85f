"""Breaks in monthly series: hand-worked values and simulated series with a known break."""

import numpy as np
import pandas as pd
import pytest

from afterwashington import strikes


def monthly(values, start="2023-01-01"):
    return pd.Series(
        np.asarray(values, dtype=float),
        index=pd.date_range(start, periods=len(values), freq="MS"),
    )


def month(text):
    return pd.Timestamp(text + "-01")


def stepped(n_before=12, n_after=12, step=1.0, slope=0.05, noise=0.0, seed=7):
    t = np.arange(n_before + n_after)
    wobble = np.random.default_rng(seed).normal(0, noise, len(t)) if noise else 0
    return monthly(2 + slope * t + step * (t >= n_before) + wobble)


# --- totals before and after -------------------------------------------------------------


def test_window_totals_leaves_the_month_of_the_event_out():
    series = monthly([1, 2, 3, 100, 10, 20, 30])
    assert strikes.window_totals(series, month("2023-04"), 2) == (5, 30)


def test_window_totals_counts_the_month_of_the_event_where_told():
    series = monthly([1, 2, 3, 100, 10, 20, 30])
    assert strikes.window_totals(series, month("2023-04"), 2, "before") == (103, 30)
    assert strikes.window_totals(series, month("2023-04"), 2, "after") == (5, 110)


def test_window_totals_refuses_a_window_that_runs_off_the_series():
    with pytest.raises(ValueError, match="4 months are wanted"):
        strikes.window_totals(monthly([1, 2, 3, 4, 5, 6]), month("2023-03"), 4)


def test_window_totals_refuses_an_unknown_place_for_the_month():
    with pytest.raises(ValueError, match="expected 'out', 'before' or 'after'"):
        strikes.window_totals(monthly([1, 2, 3]), month("2023-02"), 1, "both")


def test_series_with_a_gap_is_refused():
    series = monthly([1, 2, 3, 4, 5]).drop(month("2023-03"))
    with pytest.raises(ValueError, match="without a gap"):
        strikes.window_totals(series, month("2023-02"), 1)


def test_series_with_a_missing_value_is_refused():
    with pytest.raises(ValueError, match="no value for 2023-02"):
        strikes.window_totals(monthly([1, np.nan, 3]), month("2023-02"), 1)


# --- interrupted series ------------------------------------------------------------------


def test_interrupted_series_finds_an_exact_step_and_slope():
    series = stepped(step=1.5, slope=0.1)
    result = strikes.interrupted_series(series, month("2024-01"))
    assert result.level == pytest.approx(1.5)
    assert result.slope_before == pytest.approx(0.1)
    assert result.slope_change == pytest.approx(0, abs=1e-9)
    assert result.months == 24


def test_counterfactual_continues_the_line_of_the_months_before():
    result = strikes.interrupted_series(stepped(step=1.5, slope=0.1), month("2024-01"))
    assert result.fit["counterfactual"].iloc[:12].isna().all()
    # The line 2 + 0.1 t at t = 12 and t = 23.
    assert result.fit["counterfactual"].iloc[12] == pytest.approx(3.2)
    assert result.fit["counterfactual"].iloc[23] == pytest.approx(4.3)


def test_a_month_left_out_has_no_influence():
    series = stepped(n_before=13, n_after=12, step=0.8, slope=0.0)
    series.iloc[12] = 99
    result = strikes.interrupted_series(
        series, month("2024-02"), window=12, leave_out=(month("2024-01"),)
    )
    assert result.level == pytest.approx(0.8)
    assert result.months == 24
    assert not result.fit.loc[month("2024-01"), "used"]


def test_window_keeps_distant_months_out():
    series = stepped(n_before=20, n_after=20, step=1.0, slope=0.0)
    series.iloc[0] = series.iloc[-1] = 50
    result = strikes.interrupted_series(series, series.index[20], window=6)
    assert result.level == pytest.approx(1.0)
    assert len(result.fit) == 12


def test_no_step_is_found_in_noise_and_the_error_is_not_zero():
    result = strikes.interrupted_series(stepped(step=0, noise=0.3), month("2024-01"))
    assert abs(result.level) < 3 * result.level_se
    assert result.level_se > 0


# --- placebo dates -----------------------------------------------------------------------


def test_placebo_ranks_the_true_break_first():
    series = stepped(n_before=18, n_after=18, step=1.2, noise=0.1)
    table = strikes.placebo_breaks(series, window=8)
    assert table["rank"].idxmin() == series.index[18]
    # Months with eight on either side: 36 - 16 + 1.
    assert len(table) == 21
    assert sorted(table["rank"]) == list(range(1, 22))


# --- change points -----------------------------------------------------------------------


def test_best_breaks_finds_two_known_breaks_exactly():
    values = [1.0] * 10 + [4.0] * 8 + [2.0] * 12
    table = strikes.best_breaks(monthly(values), max_breaks=3)
    assert table.loc[2, "breaks"] == (month("2023-11"), month("2024-07"))
    assert table.loc[2, "rss"] == pytest.approx(0)


def test_best_breaks_agrees_with_trying_every_pair_of_dates():
    series = stepped(n_before=9, n_after=11, step=1.0, noise=0.4, seed=3)
    y = series.to_numpy()

    def line_rss(part):
        t = np.arange(len(part))
        return float(np.sum((part - np.polyval(np.polyfit(t, part, 1), t)) ** 2))

    tried = {
        (i, j): line_rss(y[:i]) + line_rss(y[i:j]) + line_rss(y[j:])
        for i in range(4, 17)
        for j in range(i + 4, 17)
    }
    i, j = min(tried, key=tried.get)
    row = strikes.best_breaks(series, max_breaks=2, min_size=4).loc[2]
    assert row["rss"] == pytest.approx(tried[i, j])
    assert row["breaks"] == (series.index[i], series.index[j])


def test_best_breaks_agrees_with_ruptures():
    ruptures = pytest.importorskip("ruptures")
    series = stepped(n_before=15, n_after=15, step=1.0, noise=0.2)
    t = np.arange(30.0)
    signal = np.column_stack([series.to_numpy(), np.ones(30), t])
    found = ruptures.Dynp(model="linear", min_size=5, jump=1).fit(signal).predict(n_bkps=1)
    ours = strikes.best_breaks(series, max_breaks=1).loc[1, "breaks"]
    assert series.index.get_loc(ours[0]) == found[0]


def test_best_breaks_prefers_no_break_in_a_straight_line_with_noise():
    table = strikes.best_breaks(stepped(step=0, noise=0.2, seed=11), max_breaks=3)
    assert table["bic"].idxmin() == 0


def test_segments_are_never_shorter_than_the_least_length():
    values = [1.0, 1, 1, 9, 9, 1, 1, 1, 1, 1]
    table = strikes.best_breaks(monthly(values), max_breaks=3, min_size=4)
    assert list(table.index) == [0, 1]


def test_a_dear_break_is_not_bought():
    table = pd.DataFrame(
        {"rss": [10.0, 4.0, 3.0], "breaks": [(), ("a",), ("a", "b")]},
        index=pd.Index([0, 1, 2], name="n_breaks"),
    )
    chosen = strikes.breaks_by_penalty(table, np.array([0.5, 2.0, 7.0]))
    # 10, 4.5, 4 -> two; 10, 6, 7 -> one; 10, 11, 17 -> none.
    assert list(chosen["n_breaks"]) == [2, 1, 0]


def test_break_interval_holds_the_true_date_and_narrows_with_a_clearer_step():
    true = month("2024-07")
    wide = strikes.break_interval(stepped(18, 18, step=0.6, noise=0.3), (true,), true)
    narrow = strikes.break_interval(stepped(18, 18, step=3.0, noise=0.3), (true,), true)
    assert wide[0] <= true <= wide[1]
    assert narrow == (true, true)


def test_break_interval_stays_between_its_neighbours():
    series = monthly([1.0, 1.1] * 5 + [4.0, 4.1] * 5 + [2.0, 2.1] * 5)
    breaks = (month("2023-11"), month("2024-09"))
    assert strikes.break_interval(series, breaks, breaks[1]) == (breaks[1], breaks[1])
    with pytest.raises(ValueError, match="not one of the breaks"):
        strikes.break_interval(series, breaks, month("2024-01"))


# --- rates -------------------------------------------------------------------------------


def test_monthly_rate_spreads_an_amount_over_its_days():
    # 1 January to 30 September 2024 are 274 days: 5760 / (274 / 30.44) = 639.9.
    rate = strikes.monthly_rate(5760, pd.Timestamp("2024-01-01"), pd.Timestamp("2024-09-30"))
    assert rate == pytest.approx(639.9, abs=0.05)


def test_monthly_rate_refuses_a_period_that_runs_backwards():
    with pytest.raises(ValueError, match="before it starts"):
        strikes.monthly_rate(10, pd.Timestamp("2024-02-01"), pd.Timestamp("2024-01-01"))
