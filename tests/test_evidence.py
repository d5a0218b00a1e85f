"""The rules of evidence: what stands behind a verdict, a source's grade, a scorecard."""

import re
from urllib.parse import urlsplit

import pytest

from afterwashington import data, evidence
from press import places

#: Sources of these kinds are records themselves: one of them, if good, can carry a verdict alone.
RECORDS = {"primary document", "official statistics", "research data"}
GOOD = ["A", "B", "C"]
#: Where packages are fetched from. Such an address is never a source.
REGISTRIES = r"(^|\.)(pypi\.(org|io)|pythonhosted\.org|npmjs\.(com|org)|debian\.org|anaconda\.org)$"


def behind(claim):
    """The sources of a claim, as rows."""
    return evidence.sources(*claim.source_ids.split(";"))


CLAIMS = list(evidence.claims().itertuples())


def breaches(claims):
    """Which claims lack the sources that their verdict and confidence ask for: {id: rule}."""
    found = {}
    for claim in claims:
        sources = behind(claim)
        good = sources[sources.reliability.isin(GOOD)]
        seen = claim.basis == "seen"
        record = good[good.kind.isin(RECORDS) & good.reliability.isin(["A", "B"])]
        founded = claim.verdict == "unverifiable" or (len(good) and seen)
        if not founded and claim.confidence != "low":
            found[claim.claim_id] = "without a seen source of grade C or better only low"
        if claim.confidence == "high" and not (
            seen and (len(record) or good.publisher.nunique() > 1)
        ):
            found[claim.claim_id] = "high needs a good record or two good publishers"
        if claim.verdict == "contradicted" and not (
            good.reliability.isin(["A", "B"]).any() or len(good) > 1
        ):
            found[claim.claim_id] = "contradicted needs a source of grade B or two of grade C"
        if claim.verdict == "contested" and len(sources) < 2:
            found[claim.claim_id] = "contested needs two sources"
        if set(sources.source_id) == {"GENERAL"} and seen:
            found[claim.claim_id] = "general knowledge is recalled, not seen"
    return found


def test_every_verdict_has_the_sources_that_it_needs():
    assert breaches(CLAIMS) == {}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"source_ids": "GENERAL"}, "recalled"),
        ({"source_ids": "GENERAL", "basis": "recalled"}, "high needs"),
        ({"source_ids": "GENERAL", "basis": "recalled", "confidence": "moderate"}, "only low"),
        ({"source_ids": "GENERAL", "verdict": "contested", "confidence": "low"}, "recalled"),
        ({"source_ids": "WH_FS", "verdict": "contested"}, "two sources"),
    ],
)
def test_the_check_of_verdicts_finds_breaches(changed, rule):
    [claim] = [c for c in CLAIMS if c.claim_id == "C001"]
    assert rule in breaches([claim._replace(**changed)])["C001"]


def test_a_weak_foundation_is_said_beside_it():
    assert evidence.caveat("GENERAL", "recalled").startswith("Rests on general knowledge")
    weak = evidence.sources()
    [one, two] = weak[weak.reliability >= "D"].source_id.head(2)
    assert "better grade" in evidence.caveat([one, two])
    assert evidence.caveat([one, "WH_FS"]) == ""


def test_claims_are_told_by_a_few_words_of_their_paragraph():
    for claim in CLAIMS:
        assert re.search(r"[\u0621-\u064a]", claim.anchor), claim.claim_id
        assert len(claim.anchor.split()) <= 12, claim.claim_id
    assert {claim.paragraph for claim in CLAIMS} == set(data.load("paragraphs").paragraph)


def test_a_chapter_cites_every_claim_that_it_is_to_test():
    """A claim names its chapter; once the book has the chapter, the chapter must cite the claim."""
    there = {name.rpartition("/")[2]: places.BOOK / f"{name}.ipynb" for name in places.pages()}
    missing = []
    for claim in CLAIMS:
        if claim.chapter in there:
            text = there[claim.chapter].read_text(encoding="utf-8")
            if not re.search(rf"\b{claim.claim_id}\b", text):
                missing.append(f"{claim.chapter}: {claim.claim_id}")
    assert missing == []


def test_no_passage_of_the_article_or_of_a_source_is_reprinted():
    """Quotations of at most twelve words; the article is told by anchors alone."""
    for name in data.tables():
        frame = data.load(name)
        for column in {"quoted_phrase", "anchor"} & set(frame):
            assert (frame[column].dropna().str.split().str.len() <= 12).all(), (name, column)


# ---- sources


def test_addresses_are_well_formed_and_public():
    for source in evidence.sources().dropna(subset="url").itertuples():
        parts = urlsplit(source.url)
        host = parts.hostname or ""
        assert parts.scheme in ("http", "https"), source.source_id
        assert re.fullmatch(r"([a-z0-9_-]+\.)+[a-z]{2,}", host), (source.source_id, host)
        assert not re.search(REGISTRIES, host), source.source_id
        assert not re.search(r"[\s<>\"{}|\\^`]", source.url), source.source_id


def test_what_has_no_address_is_of_a_low_grade():
    """What a reader cannot look up must not look like a good source."""
    sources = evidence.sources()
    without = sources[sources.url.isna()]
    assert len(without) < 30
    assert list(without.source_id[without.reliability < "D"]) == []


def test_codes_of_the_scorecards_are_explained():
    """A coded column says what each code means and how it was given, or the code is useless."""
    for name in ("commitments", "statements", "expert_propositions", "forecasts", "provenance"):
        resource = data.describe(name)
        coded = [f for f in resource["schema"]["fields"] if "enum" in f.get("constraints", {})]
        explained = [f for f in coded if "codes" in f]
        assert explained, name
        for field in explained:
            assert list(field["codes"]) == [str(c) for c in field["constraints"]["enum"]], (
                name,
                field["name"],
            )
            assert all(len(words) > 10 for words in field["codes"].values()), (name, field["name"])
    for name in ("commitments", "statements"):
        assert "sample" in data.describe(name)["description"], name
