"""Spending: values worked out by hand on tiny frames."""

import math

import pandas as pd
import pytest

from afterwashington import spending


def frame(rows):
    """Rows (edition, iso3, year, member, pct, current, constant) in the layout of the table."""
    identity = ["edition", "iso3", "year", "member_that_year"]
    made = pd.DataFrame(rows, columns=[*identity, "pct_gdp", "usd_bn_current", "usd_bn_constant"])
    made["entity_type"] = "country"
    return made


@pytest.fixture
def three():
    """AAA grows from 10 to 16, BBB shrinks from 5 to 4, CCC (2 to 7) joins between the years."""
    return frame(
        [
            (2026, "AAA", 2014, True, 1.00, 10.0, 10.0),
            (2026, "AAA", 2015, True, 1.60, 16.0, 16.0),
            (2026, "BBB", 2014, True, 2.50, 5.0, 5.0),
            (2026, "BBB", 2015, True, 2.00, 4.0, 4.0),
            (2026, "CCC", 2014, False, 2.00, 2.0, 2.0),
            (2026, "CCC", 2015, True, 3.50, 7.0, 7.0),
        ]
    )


def test_edition_names_what_is_missing(three):
    with pytest.raises(ValueError, match=r"edition 2024; editions present: \[2026\]"):
        spending.edition(three, 2024)


def test_wide_refuses_two_editions(three):
    mixed = pd.concat([three, three.assign(edition=2024)])
    with pytest.raises(ValueError, match="mixes editions"):
        spending.wide(mixed, "pct_gdp")


def test_reaches_uses_the_printed_value():
    shares = pd.Series([1.994, 1.996, 2.0])
    assert spending.reaches(shares, 2).tolist() == [False, True, True]


def test_count_at_counts_members_of_the_year(three):
    # 2014: BBB only, CCC is not yet a member; 2015: BBB on the line and CCC.
    assert spending.count_at(three, 2).to_dict() == {2014: 1, 2015: 2}


def test_first_year():
    up_down_up = frame(
        [(2026, "AAA", y, True, p, 1.0, 1.0) for y, p in enumerate([2.1, 1.9, 2.0, 2.2], 2014)]
        + [(2026, "BBB", y, True, 1.5, 1.0, 1.0) for y in range(2014, 2018)]
    )
    assert spending.first_year(up_down_up, 2).to_dict() == {"AAA": 2014}
    assert spending.first_year(up_down_up, 2, lasting=True).to_dict() == {"AAA": 2016}


def test_revision_splits_exactly():
    # Spending 4 -> 2 at a share of 2.0 -> 1.25: GDP 200 -> 160, so it fell by 20 %.
    old = frame([(2024, "AAA", 2024, True, 2.0, 4.0, 4.0)])
    new = frame([(2026, "AAA", 2024, True, 1.25, 2.0, 2.0)])
    row = spending.revision(old, new, 2024).loc["AAA"]
    assert row["spending_change_pct"] == pytest.approx(-50)
    assert row["gdp_change_pct"] == pytest.approx(-20)
    assert row["points"] == pytest.approx(-0.75)
    weight = -0.75 / math.log(0.625)
    assert row["points_spending"] == pytest.approx(weight * math.log(0.5))
    assert row["points_spending"] + row["points_gdp"] == pytest.approx(row["points"])
    assert row["only_spending"] == pytest.approx(1.0)
    assert row["only_gdp"] == pytest.approx(2.5)


def test_revision_without_change():
    old = frame([(2024, "AAA", 2024, True, 2.0, 4.0, 4.0)])
    row = spending.revision(old, old.assign(edition=2026), 2024).loc["AAA"]
    assert row["points_spending"] == row["points_gdp"] == 0


@pytest.mark.parametrize(
    ("only_spending", "only_gdp", "expected"),
    [
        (1.9, 2.1, "spending"),
        (2.1, 1.9, "GDP"),
        (1.9, 1.9, "either"),
        (2.0, 2.0, "both together"),
    ],
)
def test_cause(only_spending, only_gdp, expected):
    row = pd.Series({"only_spending": only_spending, "only_gdp": only_gdp})
    assert spending.cause(row, 2) == expected


def test_rise_adds_up(three):
    parts = spending.rise(three, 2014, 2015)
    assert parts["by_country"].to_dict() == {"AAA": 6.0, "CCC": 5.0, "BBB": -1.0}
    assert parts["accession"] == 2.0
    # Published: 16 + 4 + 7 = 27 against 10 + 5 = 15.
    assert parts["published"] == 12.0
    assert parts["by_country"].sum() + parts["accession"] == parts["published"]


def test_implied_gdp(three):
    # 16 is 1.6 % of 1000, 4 is 2 % of 200, 7 is 3.5 % of 200.
    assert spending.implied_gdp(three)[2015].tolist() == pytest.approx([1000, 200, 200])


def test_gap(three):
    missing = spending.gap(three, 2015, 3.5)
    assert missing.index.tolist() == ["CCC", "BBB", "AAA"]
    assert missing.loc["CCC", "points"] == 0
    # BBB: GDP 4 / 2 % = 200; 1.5 points of it are 3. AAA: GDP 1000; 1.9 points are 19.
    assert missing.loc["BBB", "usd_bn"] == pytest.approx(3.0)
    assert missing.loc["AAA", "usd_bn"] == pytest.approx(19.0)


def test_within_reach_of_a_miss():
    shares = pd.Series({"AAA": 2.01, "BBB": 2.2, "CCC": 1.9})
    assert spending.within_reach_of_a_miss(shares, 2, 0.02).tolist() == ["AAA"]
