"""Cohesion of camps: agreement of pairs in roll calls, spread of positions, arms among members.

Pairs come in the layout of ``unga_camp_pairs``: one row for each calendar year, camp and pair of
members, with the number of recorded votes in which both cast Yes, No or Abstain and, of these,
the number in which both cast the same vote. Shares are fractions of one.
"""

from __future__ import annotations

import pandas as pd

# Which recorded votes count: the prefix of the two count columns of each yardstick.
YARDSTICKS = {
    "all": "",  # every recorded vote
    "contested": "contested_",  # at least ten No votes in the whole Assembly
    "split": "split_",  # at least twenty states outside both camps voted No or Abstain
}


def agreement(pairs: pd.DataFrame, yardstick: str = "contested") -> pd.DataFrame:
    """Share of identical votes of each pair in each year.

    Comes in: pairs. Goes out: year, camp, iso3_a, iso3_b, common, identical, agreement (0 to 1);
    pairs without a common vote under the yardstick are left out. Raises ``ValueError`` for an
    unknown yardstick and for a row with more identical than common votes. Absence is no vote.
    """
    if yardstick not in YARDSTICKS:
        raise ValueError(f"yardstick {yardstick!r} is unknown; there are {sorted(YARDSTICKS)}")
    prefix = YARDSTICKS[yardstick]
    rows = pairs[["year", "camp", "iso3_a", "iso3_b"]].assign(
        common=pairs[f"{prefix}common_count"].astype(int),
        identical=pairs[f"{prefix}identical_count"].astype(int),
    )
    wrong = rows[rows["identical"] > rows["common"]]
    if not wrong.empty:
        first = wrong.iloc[0]
        raise ValueError(
            f"{first['iso3_a']}-{first['iso3_b']} {first['year']}: {first['identical']} identical"
            f" among {first['common']} common votes; expected at most as many"
        )
    rows = rows[rows["common"] > 0].reset_index(drop=True)
    return rows.assign(agreement=rows["identical"] / rows["common"])


def cohesion(shares: pd.DataFrame, without: tuple[str, ...] = ()) -> pd.DataFrame:
    """Mean, lowest and highest pair agreement of each camp in each year.

    Comes in: the frame of :func:`agreement`. ``without`` leaves out every pair of these states.
    Goes out: year, camp, pairs, mean, lowest, highest. Every pair weighs the same, however many
    votes its members have in common.
    """
    kept = shares[~(shares["iso3_a"].isin(without) | shares["iso3_b"].isin(without))]
    groups = kept.groupby(["year", "camp"])["agreement"]
    return groups.agg(pairs="size", mean="mean", lowest="min", highest="max").reset_index()


def with_the_others(shares: pd.DataFrame, iso3: str, camp: str) -> pd.Series:
    """Mean agreement of one member with the other members of its camp, by year.

    Raises ``ValueError`` when the state has no pair in the camp.
    """
    own = shares[
        (shares["camp"] == camp) & ((shares["iso3_a"] == iso3) | (shares["iso3_b"] == iso3))
    ]
    if own.empty:
        raise ValueError(f"{iso3} has no pair in camp {camp!r}")
    return own.groupby("year")["agreement"].mean()


def pooled(shares: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Agreement of each pair over several years together, by (iso3_a, iso3_b).

    All identical votes of the years over all common votes, so that a year with few votes does
    not weigh as much as one with many. Raises ``ValueError`` when no year falls in the period.
    """
    period = shares[shares["year"].between(first, last)]
    if period.empty:
        raise ValueError(f"no pairs between {first} and {last}")
    counts = period.groupby(["iso3_a", "iso3_b"])[["identical", "common"]].sum()
    return counts["identical"] / counts["common"]


def positions(points: pd.DataFrame, members: dict[str, int]) -> pd.DataFrame:
    """Mean, lowest, highest and spread of the ideal points of a camp, by year.

    Comes in: iso3, year, ideal_point; ``members``: iso3 -> first year that counts. Goes out:
    year, states, mean, lowest, highest, spread (population standard deviation: the camp is all
    there is, not a sample). Ideal points are those of Bailey, Strezhnev and Voeten.
    """
    first = points["iso3"].map(members)
    kept = points[first.notna() & (points["year"] >= first)]
    groups = kept.groupby("year")["ideal_point"]
    table = groups.agg(states="size", mean="mean", lowest="min", highest="max")
    return table.assign(spread=groups.std(ddof=0)).reset_index()


def same_vote(votes: pd.DataFrame, members: list[str]) -> pd.Series:
    """Whether all ``members`` cast the same vote, by resolution.

    Comes in: resolution, iso3, vote (Y, N, A, X). A member that was absent (X) or is missing from
    the list cast no vote, so the answer is False. Raises ``ValueError`` for any other code.
    """
    if unknown := set(votes["vote"]) - set("YNAX"):
        raise ValueError(f"vote: found {sorted(unknown)}; expected Y, N, A or X")
    wide = votes[votes["iso3"].isin(members)].pivot(
        index="resolution", columns="iso3", values="vote"
    )
    wide = wide.reindex(columns=members)
    return wide.isin(["Y", "N", "A"]).all(axis=1) & (wide.nunique(axis=1) == 1)


def camp_share(transfers: pd.DataFrame, camp: list[str], first: int, last: int) -> pd.DataFrame:
    """What each member of a camp gets from, and delivers to, the other members.

    Comes in: year, supplier_iso3, recipient_iso3, tiv_mn, method; the world total of a state is
    the row whose partner is WLD. Goes out, indexed by member: imports, imports_from_camp,
    import_share, exports, exports_to_camp, export_share; a share is missing where nothing was
    imported or exported. Raises ``ValueError`` when the frame mixes methods (SIPRI's yearly
    values and an even spread of deals must not be added) and when the camp sends a member more
    than the world does.
    """
    if transfers["method"].nunique() > 1:
        raise ValueError(f"transfers mix methods: {sorted(transfers['method'].unique())}")
    period = transfers[transfers["year"].between(first, last)]
    table = pd.DataFrame(index=pd.Index(camp, name="iso3"))
    for name, side, other in (
        ("import", "recipient_iso3", "supplier_iso3"),
        ("export", "supplier_iso3", "recipient_iso3"),
    ):
        world = period[period[other] == "WLD"].groupby(side)["tiv_mn"].sum()
        inside = period[period[other].isin(camp)].groupby(side)["tiv_mn"].sum()
        preposition = "from" if name == "import" else "to"
        whole = world.reindex(camp, fill_value=0.0)
        part = inside.reindex(camp, fill_value=0.0)
        # Totals are rounded to a hundredth of a million, pair by pair.
        if (wrong := part[part > whole + 0.05]).size:
            iso3 = wrong.index[0]
            raise ValueError(
                f"{iso3} {name}s {first}-{last}: {wrong.iloc[0]:g} with the camp, {whole[iso3]:g}"
                " with the world; expected at most as much"
            )
        table[f"{name}s"] = whole
        table[f"{name}s_{preposition}_camp"] = part
        table[f"{name}_share"] = part / whole.where(whole > 0)
    return table
