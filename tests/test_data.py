"""The tables of data/: they load, slips are refused with an exact message, and sums add up."""

import csv
import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from afterwashington import data, evidence

DATA = Path(__file__).resolve().parents[1] / "data"


# ---- loading


@pytest.mark.parametrize("name", data.tables())
def test_every_table_loads_typed(name):
    frame = data.load(name)
    fields = data.describe(name)["schema"]["fields"]
    assert list(frame) == [field["name"] for field in fields]
    assert len(frame) > 0
    for field in fields:
        kind = frame[field["name"]].dtype.kind if field["type"] in ("date", "yearmonth") else None
        assert kind in (None, "M"), field["name"]


def test_types_of_a_loaded_table():
    months = data.load("strikes_monthly")
    assert months.month.iloc[0] == pd.Timestamp("2022-09-01")
    assert months.drones_launched_count.dtype == "int64"
    assert months.complete_month.dtype == "bool"
    assert data.load("strikes_by_class").shahed_only_count.dtype == "Int64"
    assert data.load("defence_expenditure").equipment_share_pct.dtype == "float64"


def test_a_loaded_table_is_the_callers_own():
    mine = data.load("nato_members")
    mine.loc[0, "iso3"] = "QQQ"
    assert "QQQ" not in set(data.load("nato_members").iso3)


def test_cutoff_is_the_latest_of_the_tables_named():
    assert data.cutoff("strikes_monthly") == dt.date(2026, 6, 7)
    assert data.cutoff("strikes_monthly", "military_expenditure_sipri") == dt.date(2026, 6, 7)


def test_tables_read_includes_those_behind_foreign_keys():
    data.load("brics_sco_membership")
    assert {"brics_sco_membership", "countries", "sources"} <= set(data.tables_read())


def test_unknown_names_are_named():
    with pytest.raises(data.DataError, match="'strikes_yearly'"):
        data.load("strikes_yearly")
    with pytest.raises(data.DataError, match="'C999'"):
        evidence.claims("C001", "C999")
    with pytest.raises(data.DataError, match="'nobody'"):
        evidence.source_labels("nato_defexp_2026;nobody")


def test_evidence_comes_in_the_order_asked_for():
    assert list(evidence.claims("C133", "C131").claim_id) == ["C133", "C131"]
    both = evidence.source_labels(["sipri_milex_2026", "nato_defexp_2026", "sipri_milex_2026"])
    assert both == "; ".join(evidence.sources("sipri_milex_2026", "nato_defexp_2026").label)


# ---- deliberate damage


@pytest.fixture
def copy(tmp_path, monkeypatch):
    shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.setenv("AFTER_WASHINGTON_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def path_of(name):
    return data.describe(name)["path"]


def put(copy, name, line, column, value):
    """Write one value into one line of a table (line 1 is the header)."""
    path = copy / path_of(name)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


WRONG_VALUES = {
    "text for a count": ("strikes_monthly", 5, "drones_launched_count", "12x", "whole number"),
    "fraction for a count": ("strikes_monthly", 5, "drones_launched_count", "7.5", "whole number"),
    "words for a number": ("defence_expenditure", 9, "pct_gdp", "n/a", "a number"),
    "decimal comma": ("defence_expenditure", 9, "pct_gdp", "2,58", "a number"),
    "infinite number": ("unga_ideal_points", 44, "ideal_point", "inf", "a number"),
    "day that does not exist": ("nato_members", 3, "accession_date", "1949-02-30", "calendar day"),
    "day in another order": ("nato_members", 3, "accession_date", "04.04.1949", "calendar day"),
    "month that does not exist": ("strikes_monthly", 6, "month", "2024-13", "a month"),
    "impossible part of a date": ("treaties", 4, "signed", "2024-17-01", "the form"),
    "two digits for a year": ("unga_agreement", 8, "year", "24", "a year"),
    "yes for true": ("strikes_monthly", 5, "complete_month", "yes", "true or false"),
    "value that is not allowed": ("unga_es11_votes", 20, "vote", "Z", "one of Y, N, A, X"),
    "negative count": ("strikes_by_class", 7, "launched_count", "-3", "at least 0"),
    "share above one": ("unga_agreement", 8, "agree_identical_share", "1.2", "at most 1"),
    "date before the first": ("nato_members", 3, "accession_date", "1849-04-04", "at least 1949"),
    "identifier of another form": ("claims", 3, "claim_id", "C9", "the form"),
    "value left out": ("strikes_monthly", 5, "missiles_launched_count", "", "whole number"),
    "unknown country": ("nato_members", 3, "iso3", "ZZZ", "'countries'"),
    "unknown country in a list": ("treaties", 4, "parties_iso3", "CHN;QQQ", "'QQQ'"),
    "spaces in a list": ("treaties", 4, "parties_iso3", "CHN; RUS", "'countries'"),
    "unknown source": ("unga_es11_tally", 3, "source_id", "nobody", "'sources'"),
    "unknown source in a list": ("claims", 3, "source_ids", "WH_FS;nobody", "'nobody'"),
    "unknown unit": ("russia_military", 3, "unit", "euro", "one of"),
    "unit of another measure": ("russia_military", 3, "unit", "usd_bn", "pct_gdp"),
    "paragraph that the article lacks": ("claims", 3, "paragraph", "P36", "the form"),
    "verdict of another word": ("claims", 3, "verdict", "true", "one of confirmed"),
    "kind of another word": ("claims", 3, "claim_type", "opinion", "one of fact"),
    "confidence in per cent": ("claims", 3, "confidence", "80", "one of high"),
    "too many words of the article": (
        "claims",
        3,
        "anchor",
        "\u0642\u0645\u0629 " * 13,
        "the form",
    ),
    "chapter by its title": ("claims", 3, "chapter", "Who pays", "the form"),
    "event after the cut-off": ("claims", 3, "event_date", "2027-01", "cut-off"),
    "month after the cut-off": ("ukraine_support_monthly", 9, "month", "2026-12", "at most"),
    "day after the cut-off": ("chronology", 3, "date", "2031-01-31", "at most"),
    "source from the future": ("sources", 9, "date", "2027", "cut-off"),
    "grade that its rule excludes": ("sources", 2, "reliability", "A", "for 'relayed'"),
    "rule that does not exist": ("sources", 2, "reliability_rule", "hearsay", "one of official"),
    "address without a host": ("sources", 3, "url", "https://page", "the form"),
    "address with a space": ("sources", 3, "url", "https://a.org/b c", "the form"),
    "language by its name": ("sources", 3, "language", "English", "the form"),
    "kind of commitment": ("commitments", 2, "kind", "wish", "one of commitment"),
    "state of a commitment": ("commitments", 2, "state_2026", "done", "one of fulfilled"),
    "rung off the ladder": ("statements", 2, "rung", "4", "one of 0"),
    "statement on a day unknown": ("statements", 2, "date", "July 2024", "the form"),
    "claim that is not in the ledger": ("forecasts", 2, "claim_ids", "C185;C999", "'C999'"),
    "event that is not in the chronology": ("us_decisions", 2, "event_id", "EV999", "'chronology'"),
    "quarter that does not exist": ("indicators_quarterly", 2, "quarter", "2024Q5", "the form"),
    "sum below zero": ("ukraine_support_monthly", 9, "eur_bn", "-1", "at least 0"),
    "group of another name": ("ukraine_support_monthly", 9, "donor_group", "NATO", "one of"),
    "range below zero": ("long_range_fires", 2, "range_km_low", "-5", "at least"),
    "negative package": ("sanctions", 2, "package_no", "0", "at least 1"),
    "label given twice": ("sources", 500, "label", "General knowledge", "does not have"),
}


@pytest.mark.parametrize("case", WRONG_VALUES)
def test_a_wrong_value_is_refused(copy, case):
    name, line, column, value, expected = WRONG_VALUES[case]
    put(copy, name, line, column, value)
    with pytest.raises(data.DataError) as refused:
        data.load(name)
    message = str(refused.value)
    for part in (f"data/{path_of(name)}", f"line {line},", column, repr(value), expected):
        assert part in message, message


def test_a_repeated_key_is_refused(copy):
    path = copy / path_of("unga_bloc_cohesion")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[4]]) + "\n", encoding="utf-8")
    with pytest.raises(data.DataError, match=rf"line {len(lines) + 1}.*year, bloc.*line 5"):
        data.load("unga_bloc_cohesion")


def damaged(copy, name, change):
    path = copy / path_of(name)
    path.write_bytes(change(path.read_bytes()))


WRONG_FILES = {
    "column missing": (lambda b: b.replace(b"accession_date,", b"", 1), "'accession_date'"),
    "column unknown": (lambda b: b.replace(b"founding", b"founder", 1), "'founder'"),
    "columns in another order": (lambda b: b.replace(b"iso3,name", b"name,iso3", 1), "order"),
    "value too many": (lambda b: b.replace(b"CAN,Canada", b"CAN,Canada,x", 1), "line 3: 8 values"),
    "value too few": (lambda b: b.replace(b"CAN,Canada,", b"CAN,", 1), "line 3: 6 values"),
    "empty line": (lambda b: b.replace(b"\nCAN", b"\n\nCAN", 1), "line 3: 0 values"),
    "other encoding": (lambda b: b.replace(b"Canada", b"Canad\xe1", 1), "line 3: byte"),
    "byte order mark": (lambda b: b"\xef\xbb\xbf" + b, "line 1"),
    "open quotation mark": (lambda b: b + b'"CAN,Canada', "expected CSV"),
    "header alone": (lambda b: b.splitlines(keepends=True)[0], "no rows"),
    "nothing in it": (lambda b: b"", "no rows"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_a_damaged_file_is_refused(copy, case):
    change, expected = WRONG_FILES[case]
    damaged(copy, "nato_members", change)
    with pytest.raises(data.DataError) as refused:
        data.load("nato_members")
    assert "data/alliance/nato_members.csv" in str(refused.value)
    assert expected in str(refused.value)


def test_missing_files_are_named(copy):
    (copy / path_of("nato_members")).unlink()
    with pytest.raises(data.DataError, match=r"nato_members\.csv: file is missing"):
        data.load("nato_members")
    (copy / path_of("countries")).unlink()
    with pytest.raises(data.DataError, match=r"countries\.csv: file is missing"):
        data.load("treaty_pairs")
    (copy / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(data.DataError, match="not a data package"):
        data.load("claims")
    (copy / "datapackage.json").unlink()
    with pytest.raises(data.DataError, match="is missing"):
        data.load("claims")


def test_several_problems_come_in_one_message(copy):
    for line in range(3, 10):
        put(copy, "strikes_monthly", line, "drones_launched_count", "many")
    with pytest.raises(data.DataError) as refused:
        data.load("strikes_monthly")
    message = str(refused.value)
    assert message.count("'many'") == data.PROBLEMS_SHOWN
    assert "line 3," in message
    assert "and 2 more" in message


def test_a_file_changed_after_loading_is_read_again(copy):
    before = data.load("nato_members")
    put(copy, "nato_members", 2, "note", "changed")
    assert before.note.iloc[0] != data.load("nato_members").note.iloc[0] == "changed"


# ---- description


def test_the_description_covers_every_file():
    described = {data.describe(name)["path"] for name in data.tables()}
    assert described == {str(path.relative_to(DATA)) for path in DATA.rglob("*.csv")}
    for name in data.tables():
        resource = data.describe(name)
        assert {"title", "description", "cutoff", "producer", "sources", "licenses"} <= set(
            resource
        )
        numbers = [f for f in resource["schema"]["fields"] if f["type"] in ("number", "integer")]
        for field in numbers:
            assert field.get("description"), (name, field["name"])


@pytest.mark.slow
def test_frictionless_finds_the_package_valid():
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    result = subprocess.run(command, cwd=DATA, capture_output=True, text=True, timeout=120)
    report = json.loads(result.stdout)
    assert report["valid"], [task["errors"][:3] for task in report["tasks"] if task["errors"]]


# ---- what a reviewer would add up


@pytest.mark.parametrize(("aggregate", "without"), [("NATO", []), ("NATO_EUR_CAN", ["USA"])])
def test_national_defence_spending_adds_up_to_the_aggregate(aggregate, without):
    frame = data.load("defence_expenditure")
    states = frame[frame.entity_type.eq("country") & frame.member_that_year]
    states = states[~states.iso3.isin(without)]
    for column in ("usd_bn_current", "usd_bn_constant", "personnel_thousands"):
        summed = states.groupby(["edition", "year"])[column].sum()
        published = frame[frame.iso3 == aggregate].set_index(["edition", "year"])[column]
        assert (summed / published - 1).abs().max() < 0.0005, column


def test_membership_in_the_spending_table_follows_the_accessions():
    joined = data.load("nato_members").set_index("iso3").accession_date.dt.year
    states = data.load("defence_expenditure").query("entity_type == 'country'")
    assert (states.member_that_year == (states.iso3.map(joined) <= states.year)).all()
    assert len(joined) == 32


def test_names_are_those_of_the_country_table():
    names = data.load("countries").set_index("iso3").name
    people = {"countries", "secretaries_general", "summit_partners"}
    for table in data.tables():
        frame = data.load(table)
        for column in {"name", "country"} & set(frame):
            if "iso3" in frame and table not in people:
                assert (frame[column] == frame.iso3.map(names)).all(), table


def test_weapon_classes_add_up_to_the_months():
    months = data.load("strikes_monthly").set_index("month")
    classes = data.load("strikes_by_class")
    kind = classes.weapon_class.eq("long_range_drone").map({True: "drones", False: "missiles"})
    sums = classes.groupby(["month", kind])[["launched_count", "destroyed_count"]].sum().unstack()
    for what in ("drones", "missiles"):
        for verb in ("launched", "destroyed"):
            total = sums[(f"{verb}_count", what)].reindex(months.index).fillna(0)
            assert (total == months[f"{what}_{verb}_count"]).all(), (what, verb)
    drones = classes[classes.weapon_class == "long_range_drone"].set_index("month")
    lost = drones.not_reach_goal_count.reindex(months.index)
    assert (lost == months.drones_lost_or_jammed_count).all()
    stopped = months.drones_destroyed_count + months.drones_lost_or_jammed_count
    share = stopped / months.drones_launched_count * 100
    assert (share - months.drones_stopped_pct).abs().max() < 0.051


def test_the_months_of_strikes_have_no_gap():
    months = data.load("strikes_monthly").month
    assert list(months) == list(pd.date_range("2022-09-01", "2026-06-01", freq="MS"))


def test_the_halves_of_july_2024_add_up_to_the_month():
    halves = data.load("strikes_july_2024").groupby("weapon_class").launched_count.sum()
    classes = data.load("strikes_by_class")
    month = classes[classes.month == pd.Timestamp("2024-07-01")]
    month = month.set_index("weapon_class").launched_count
    assert halves.to_dict() == month[month > 0].to_dict()


def test_crosscheck_quotes_our_own_counts():
    checks = data.load("strikes_crosscheck").merge(data.load("strikes_monthly"), on="month")
    missiles = checks.measure.str.startswith("missiles")
    ours = checks.missiles_launched_count.where(missiles, checks.drones_launched_count)
    assert (ours == checks.dataset_value_count).all()


def test_roll_calls_add_up_to_the_official_totals():
    tally = data.load("unga_es11_tally").set_index("resolution")
    votes = data.load("unga_es11_votes")
    counted = votes.groupby(["resolution", "vote"]).size().unstack(fill_value=0)
    official = tally[["yes_count", "no_count", "abstain_count", "absent_count"]]
    assert (official.sum(axis=1) == 193).all()
    complete = tally.index[tally.status == "roll call complete"]
    assert len(complete) == 9
    assert (counted.loc[complete, ["Y", "N", "A", "X"]].to_numpy() == official.loc[complete]).all(
        axis=None
    )
    assert (votes.date == votes.resolution.map(tally.date)).all()


def test_measures_of_agreement_are_consistent():
    pairs = data.load("unga_agreement")
    assert (pairs.agree_identical_share <= pairs.agree_partial_share).all()
    assert (pairs.n_common_contested <= pairs.n_common_votes).all()
    assert (pairs.n_common_votes <= pairs.n_roll_calls).all()
    assert not (pairs.iso3_a == pairs.iso3_b).any()
    blocs = data.load("unga_bloc_cohesion")
    assert (blocs.n_pairs <= blocs.n_members * (blocs.n_members - 1) // 2).all()
    assert (blocs.min_pair_identical_share <= blocs.mean_pair_identical_share).all()
    points = data.load("unga_ideal_points")
    assert points.ideal_point.between(points.ci_low_5pct, points.ci_high_95pct).all()
    assert (points.year == points.session + 1945).all()


def test_pairs_of_a_camp_average_to_its_cohesion():
    pairs = data.load("unga_camp_pairs")
    assert (pairs.identical_count <= pairs.common_count).all()
    assert (pairs.contested_identical_count <= pairs.contested_common_count).all()
    assert (pairs.split_identical_count <= pairs.split_common_count).all()
    pairs["share"] = pairs.identical_count / pairs.common_count
    mean = pairs.groupby(["camp", "year"]).share.mean()
    blocs = data.load("unga_bloc_cohesion").set_index(["bloc", "year"])
    published = blocs.mean_pair_identical_share.reindex(mean.index)
    assert (mean - published).abs().max() < 0.0001


def test_contested_votes_of_2025_cover_all_allies():
    votes = data.load("unga_contested_2025")
    allies = votes.filter(regex="^allies_").sum(axis=1)
    assert (allies == 31).all()
    assert (votes.no_count >= 10).all()
    assert (votes.allies_no_count <= votes.no_count).all()


def test_pairs_of_arms_transfers_stay_within_the_totals():
    transfers = data.load("arms_transfers_sipri")
    totals = transfers[transfers.kind == "total"]
    for side, other in (
        ("supplier_iso3", "recipient_iso3"),
        ("recipient_iso3", "supplier_iso3"),
    ):
        key = ["method", "year", side]
        pairs = transfers[(transfers.kind == "pair") & transfers[side].isin(totals[side])]
        summed = pairs.groupby(key).tiv_mn.sum()
        total = totals[totals[other] == "WLD"].set_index(key).tiv_mn
        assert (summed <= total.reindex(summed.index) + 0.02).all(), side


def test_arms_deals_do_not_deliver_more_than_was_ordered():
    deals = data.load("arms_deals_axis_sipri")
    assert (deals.delivered_count <= deals.ordered_count.fillna(deals.delivered_count)).all()
    first = pd.to_numeric(deals.delivery_years.str[:4])
    assert (first.fillna(9999) >= deals.order_year).all()


def test_days_to_ratification_are_counted_from_the_protocols():
    signs = data.load("alliance_cohesion")
    days = signs[signs.unit == "days"]
    assert (days.value == (days.date - pd.Timestamp("2022-07-05")).dt.days).all()
    assert days.groupby("indicator").iso3.nunique().eq(30).all()


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("chronology", "date", "end_date"),
        ("shahed_production", "period_start", "period_end"),
        ("shahed_production", "quantity_low", "quantity_high"),
        ("treaties", "signed", "in_force"),
        ("treaties", "signed", "expires"),
        ("joint_exercises", "start_date", "end_date"),
    ],
)
def test_nothing_ends_before_it_begins(name, start, end):
    frame = data.load(name).dropna(subset=[start, end])
    assert (frame[start] <= frame[end]).all()


@pytest.mark.parametrize("name", data.tables())
def test_recalled_rows_stay_out_of_the_figures(name):
    """General knowledge may stand in lists of events and texts, never in a table of measures."""
    lists = {"alliance_cohesion", "brics_sco_membership", "chronology", "claims", "inf_timeline"}
    lists |= {"joint_exercises", "nato_members", "treaties", "treaty_pairs", "unga_es11_votes"}
    lists |= {"nato_summits", "secretaries_general", "summit_documents", "provenance"}
    frame = data.load(name)
    if "basis" in frame and name not in lists:
        assert (frame.basis == "seen").all()


def test_every_source_is_cited_and_one_address_is_one_source():
    sources = data.load("sources")
    cited = {"GENERAL"}
    for name in data.tables():
        for column in {"source_id", "source_ids"} & set(data.load(name)):
            if name != "sources":
                cited |= set(data.load(name)[column].str.split(";").explode())
    chapters = (DATA.parent / "book" / "chapters").glob("*.ipynb")
    prose = " ".join(path.read_text(encoding="utf-8") for path in chapters)
    idle = [one for one in sources.source_id if one not in cited and one not in prose]
    assert not idle
    # Several documents may share the address of a home page; nothing else may.
    shared = sources[sources.url.notna()]
    assert not shared.duplicated(["url", "title"]).any()


def test_a_treaty_of_a_pair_is_in_the_list_of_treaties():
    """A pair without a treaty must have none in the list, an obligation at least one that fits."""
    treaties = data.load("treaties")
    parties = [set(text.split(";")) for text in treaties.parties_iso3]
    for pair in data.load("treaty_pairs").itertuples():
        both = [{pair.iso3_a, pair.iso3_b} <= states for states in parties]
        listed = set(treaties.obligation_level[both])
        if pair.highest_obligation == "none found":
            assert not listed, (pair.iso3_a, pair.iso3_b)
        else:
            assert pair.highest_obligation in listed, (pair.iso3_a, pair.iso3_b)


def test_one_event_has_one_date():
    strikes = data.load("strikes_by_class").query("weapon_class == 'irbm_oreshnik'")
    assert strikes.launched_count.sum() == 3
    events, fires = data.load("chronology"), data.load("inf_timeline")
    lviv = events.event.str.contains("fires an Oreshnik at the Lviv")
    second = fires.event.str.contains("Second Oreshnik")
    assert list(events.date[lviv].dt.strftime("%Y-%m-%d")) == list(fires.date[second])
