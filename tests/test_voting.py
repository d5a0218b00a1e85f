"""Cohesion of camps: every expected value is worked out by hand on a tiny frame."""

import pandas as pd
import pytest

from afterwashington import voting


@pytest.fixture
def pairs():
    # Camp W has members A, B, U; camp E has P and R. In 2025 U breaks away from A and B.
    rows = [
        (2023, "W", "A", "B", 10, 9, 4, 3),
        (2023, "W", "A", "U", 10, 6, 4, 2),
        (2023, "W", "B", "U", 10, 5, 4, 3),
        (2025, "W", "A", "B", 20, 18, 5, 4),
        (2025, "W", "A", "U", 20, 4, 5, 1),
        (2025, "W", "B", "U", 20, 2, 5, 2),
        (2025, "E", "P", "R", 20, 15, 0, 0),
    ]
    columns = ["year", "camp", "iso3_a", "iso3_b", "common_count", "identical_count"]
    columns += ["contested_common_count", "contested_identical_count"]
    return pd.DataFrame(rows, columns=columns)


def test_agreement_is_identical_over_common(pairs):
    shares = voting.agreement(pairs, "all")
    assert shares["agreement"].tolist() == [0.9, 0.6, 0.5, 0.9, 0.2, 0.1, 0.75]


def test_agreement_leaves_out_pairs_without_a_common_vote(pairs):
    shares = voting.agreement(pairs, "contested")
    assert shares["agreement"].tolist() == [0.75, 0.5, 0.75, 0.8, 0.2, 0.4]
    assert "E" not in set(shares["camp"])


def test_agreement_names_the_impossible_row(pairs):
    pairs.loc[6, "identical_count"] = 21
    with pytest.raises(ValueError, match="P-R 2025: 21 identical among 20 common"):
        voting.agreement(pairs, "all")


def test_agreement_refuses_an_unknown_yardstick(pairs):
    with pytest.raises(ValueError, match="'close' is unknown"):
        voting.agreement(pairs, "close")


def test_cohesion_weighs_pairs_alike(pairs):
    table = voting.cohesion(voting.agreement(pairs, "all")).set_index(["year", "camp"])
    assert table.loc[(2025, "W"), "mean"] == pytest.approx(0.4)  # (0.9 + 0.2 + 0.1) / 3
    assert table.loc[(2025, "W"), ["lowest", "highest"]].tolist() == [0.1, 0.9]
    assert table.loc[(2025, "W"), "pairs"] == 3
    assert table.loc[(2025, "E"), "mean"] == 0.75


def test_cohesion_without_a_state_drops_all_its_pairs(pairs):
    table = voting.cohesion(voting.agreement(pairs, "all"), without=("U",))
    assert table.set_index(["year", "camp"]).loc[(2025, "W"), ["pairs", "mean"]].tolist() == [
        1,
        0.9,
    ]


def test_with_the_others_means_over_the_pairs_of_one_state(pairs):
    shares = voting.agreement(pairs, "all")
    assert voting.with_the_others(shares, "U", "W").to_dict() == pytest.approx(
        {2023: 0.55, 2025: 0.15}
    )
    with pytest.raises(ValueError, match="P has no pair"):
        voting.with_the_others(shares, "P", "W")


def test_pooled_weighs_votes_not_years(pairs):
    shares = voting.agreement(pairs, "all")
    # (9 + 18) / (10 + 20), not the mean of the yearly shares
    assert voting.pooled(shares, 2023, 2025)[("A", "B")] == pytest.approx(0.9)
    assert voting.pooled(shares, 2023, 2025)[("A", "U")] == pytest.approx(10 / 30)
    with pytest.raises(ValueError, match="no pairs between 1990 and 1999"):
        voting.pooled(shares, 1990, 1999)


def test_positions_count_members_from_their_first_year():
    points = pd.DataFrame(
        {
            "iso3": ["A", "B", "C", "A", "B", "C"],
            "year": [2022, 2022, 2022, 2023, 2023, 2023],
            "ideal_point": [1.0, 3.0, 9.0, 0.0, 2.0, 4.0],
        }
    )
    table = voting.positions(points, {"A": 1949, "B": 1949, "C": 2023}).set_index("year")
    assert table.loc[2022, ["states", "mean", "lowest", "highest", "spread"]].tolist() == [
        2,
        2.0,
        1.0,
        3.0,
        1.0,
    ]
    assert table.loc[2023, "states"] == 3
    assert table.loc[2023, "spread"] == pytest.approx((8 / 3) ** 0.5)


def test_same_vote_needs_a_vote_of_every_member():
    votes = pd.DataFrame(
        [
            ("R1", "P", "N"), ("R1", "Q", "N"), ("R1", "Z", "Y"),  # together
            ("R2", "P", "N"), ("R2", "Q", "A"),  # apart
            ("R3", "P", "X"), ("R3", "Q", "X"),  # both absent: no vote
            ("R4", "P", "N"),  # Q is not on the list
        ],
        columns=["resolution", "iso3", "vote"],
    )  # fmt: skip
    assert voting.same_vote(votes, ["P", "Q"]).to_dict() == {
        "R1": True,
        "R2": False,
        "R3": False,
        "R4": False,
    }
    with pytest.raises(ValueError, match="expected Y, N, A or X"):
        voting.same_vote(votes.replace("Z", "P").replace("Y", "yes"), ["P", "Q"])


def test_camp_share_sets_the_camp_against_the_world():
    transfers = pd.DataFrame(
        [
            (2020, "R", "C", 80.0, "register"),
            (2020, "WLD", "C", 100.0, "register"),
            (2021, "I", "R", 30.0, "register"),
            (2021, "WLD", "R", 30.0, "register"),
            (2021, "R", "WLD", 200.0, "register"),
            (2010, "R", "C", 500.0, "register"),  # before the period
        ],
        columns=["year", "supplier_iso3", "recipient_iso3", "tiv_mn", "method"],
    )
    transfers.loc[len(transfers)] = [2021, "I", "WLD", 60.0, "register"]
    table = voting.camp_share(transfers, ["R", "C", "I"], 2020, 2024)
    assert table.loc["C", ["imports", "imports_from_camp"]].tolist() == [100, 80]
    assert table.loc["C", "import_share"] == 0.8
    assert table.loc["R", "import_share"] == 1.0
    assert table.loc["R", "export_share"] == 0.4  # 80 of 200
    assert table.loc["I", "export_share"] == 0.5
    assert pd.isna(table.loc["I", "import_share"])


def test_camp_share_refuses_mixed_methods_and_impossible_parts():
    transfers = pd.DataFrame(
        [(2020, "R", "C", 80.0, "register"), (2020, "WLD", "C", 70.0, "register")],
        columns=["year", "supplier_iso3", "recipient_iso3", "tiv_mn", "method"],
    )
    with pytest.raises(ValueError, match="C imports 2020-2020: 80 with the camp, 70 with"):
        voting.camp_share(transfers, ["R", "C"], 2020, 2020)
    transfers.loc[0, "method"] = "published"
    with pytest.raises(ValueError, match="mix methods"):
        voting.camp_share(transfers, ["R", "C"], 2020, 2020)
