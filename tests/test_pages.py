"""The web pages as a reader meets them: links lead somewhere, figures are described, nothing lost."""

from __future__ import annotations

import copy
import csv
import json
import re
from functools import cache
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import lxml.html
import pytest

from afterwashington import data, evidence
from press import places, printing


@cache
def tree(path):
    parser = lxml.html.HTMLParser(encoding="utf-8")
    return lxml.html.parse(str(path), parser).getroot()


def article(path):
    return tree(path).cssselect("article.bd-article")[0]


def test_every_page_of_the_contents_was_built(edition):
    assert [p.name for p in edition.pages() if not p.is_file()] == []
    assert (edition.html / "search.html").is_file()


def test_all_links_within_the_book_lead_somewhere(edition):
    broken, seen = [], 0
    for page in edition.pages():
        for link in tree(page).cssselect("a[href]"):
            href = link.get("href")
            if urlsplit(href).scheme in ("http", "https", "mailto"):
                continue
            path, anchor = urldefrag(urljoin(page.as_uri(), href))
            target = unquote(urlsplit(path).path)
            seen += 1
            if not (edition.html / target).is_file():
                broken.append(f"{page.name}: {href}")
            elif anchor and target.endswith(".html"):
                ids = {e.get("id") for e in tree(edition.html / target).cssselect("[id]")}
                if unquote(anchor) not in ids:
                    broken.append(f"{page.name}: {href} (no such anchor)")
    assert seen > 100
    assert broken == []


@pytest.mark.skipif(not printing.load(), reason="Pango is not installed")
def test_every_page_offers_the_print_edition(edition):
    for page in edition.pages():
        [link] = tree(page).cssselect("a.pdf-button")
        assert (page.parent / link.get("href")).read_bytes() == edition.pdf.read_bytes()


def test_every_image_is_described(edition):
    poor = []
    for page in edition.pages():
        images = article(page).cssselect("img")
        for image in images:
            alt = image.get("alt", "")
            if len(alt.split()) < 12 or re.search(r"\.(svg|png)\b|\bnan\b|None", alt):
                poor.append(f"{page.name}: {alt[:80]!r}")
    assert poor == []


def test_every_figure_has_a_number_a_caption_and_its_files(edition):
    for name in places.pages():
        if not name.startswith("chapters/"):
            continue
        figures = article(edition.html / f"{name}.html").cssselect("figure[id^=fig-]")
        assert 3 <= len(figures) <= 6, f"{name} has {len(figures)} figures"
        for figure in figures:
            assert re.match(r"Figure \d+\.\d+", figure.cssselect(".caption-number")[0].text)
            assert len(figure.cssselect(".caption-text")[0].text_content().split()) >= 3
            base = edition.html / "_figures" / figure.get("id")
            for suffix in (".svg", ".narrow.svg", ".png", ".csv"):
                assert base.with_name(base.name + suffix).stat().st_size > 100
            with base.with_name(base.name + ".csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}


def test_no_computed_number_is_missing_or_raw(edition):
    """A lost value leaves an empty or a raw place; a value of the wrong type shows as nan."""
    bad = []
    for page in edition.pages():
        for span in article(page).cssselect(".pasted-text"):
            words = span.text_content().strip()
            if not words or words in ("nan", "None", "NaT") or words.startswith(("'", '"', "np.")):
                bad.append(f"{page.name}: {words!r}")
        prose = copy.deepcopy(article(page))
        for code in prose.cssselect("pre"):
            code.drop_tree()
        text = prose.text_content()
        bad += [f"{page.name}: {m}" for m in re.findall(r"\{[a-z:]+\}`|::[a-z_]+:|\bnan\b", text)]
    assert bad == []


def test_key_findings_have_a_number_a_confidence_and_a_link(edition):
    findings = article(edition.html / "index.html").cssselect(".finding")
    assert len(findings) >= 9
    for finding in findings:
        text = finding.text_content()
        assert finding.cssselect(".pasted-text"), text
        assert re.search(r"Confidence: (high|moderate|low)", text), text
        assert finding.cssselect("a[href*='chapters/']"), text


def test_the_ledger_holds_every_claim_and_links_back_to_the_pages_that_cite_it(edition):
    ledger = tree(edition.html / "claims.html")
    entries = {e.get("id").removeprefix("claim-"): e for e in ledger.cssselect(".ledger-claim")}
    claims = evidence.claims().set_index("claim_id")
    assert set(entries) == set(claims.index)
    citing = {}
    for name in places.pages():
        if name == "claims":
            continue
        links = article(edition.html / f"{name}.html").cssselect("a[href*='claims.html#claim-']")
        for link in links:
            claim_id = urldefrag(link.get("href"))[1].removeprefix("claim-")
            citing.setdefault(claim_id, set()).add(f"{name}.html")
        if name.startswith("chapters/"):
            assert links, name
    for claim_id, entry in entries.items():
        claim, text = claims.loc[claim_id], " ".join(entry.text_content().split())
        for part in (claim.statement, claim.finding, claim.verdict, claim.anchor):
            assert " ".join(part.split()) in text, (claim_id, part)
        back = {a.getparent().get("href") for a in entry.cssselect("a > .doc")}
        assert back == citing.get(claim_id, set()), claim_id
        assert ("Not treated in a chapter" in text) == (claim_id not in citing), claim_id
        sources = [a.get("href") for a in entry.cssselect("a[href*='#source-']")]
        named = [urldefrag(href)[1].removeprefix("source-") for href in sources]
        assert ";".join(named) == claim.source_ids, claim_id


def test_the_ledger_is_offered_whole_as_csv_and_json(edition):
    page = article(edition.html / "claims.html")
    links = [a.get("href") for a in page.cssselect("a[download]")]
    assert links == ["_data/evidence/claims.csv", "_data/evidence/claims.json"]
    records = json.loads((edition.html / links[1]).read_text(encoding="utf-8"))
    claims = evidence.claims()
    assert [r["claim_id"] for r in records] == list(claims.claim_id)
    for record, claim in zip(records, claims.itertuples(), strict=True):
        assert record["verdict"] == claim.verdict
        assert ";".join(s["source_id"] for s in record["sources"]) == claim.source_ids
        assert all((edition.html / page).is_file() for page in record["tested_in"])


def test_the_list_of_figures_and_tables_is_complete(edition):
    listed = [
        a.get("href") for a in article(edition.html / "figures.html").cssselect(".figure-list a")
    ]
    there = []
    for name in places.pages():
        page = article(edition.html / f"{name}.html")
        for kind in ("figure", "table"):
            there += [
                f"{name}.html#{e.get('id')}"
                for e in page.cssselect(f"{kind}[id]")
                if e.cssselect(".caption-number")
            ]
    assert sorted(listed) == sorted(there)
    assert len(listed) > 60


def test_the_index_leads_into_the_chapters(edition):
    lines = article(edition.html / "subject-index.html").cssselect(".index-entry")
    assert len(lines) > 80
    words = [" ".join(line.text.split()) for line in lines]
    assert words == sorted(words, key=str.casefold)
    assert all(line.cssselect("a[href^='chapters/']") for line in lines)


def test_terms_of_the_glossary_are_linked_where_chapters_use_them(edition):
    known = {dt.get("id") for dt in article(edition.html / "glossary.html").cssselect("dt[id]")}
    used = set()
    for name in places.pages():
        if not name.startswith("chapters/"):
            continue
        links = article(edition.html / f"{name}.html").cssselect("a[href*='glossary.html#']")
        targets = [urldefrag(link.get("href"))[1] for link in links]
        assert targets, name
        assert len(targets) == len(set(targets)), f"{name}: a term is linked twice"
        used |= set(targets)
    assert used <= known
    assert len(used) > len(known) / 2


def test_the_chronology_holds_every_event(edition):
    entries = article(edition.html / "chronology.html").cssselect(".event")
    events = data.load("chronology")
    assert {e.get("id") for e in entries} == {f"event-{i}" for i in events.event_id}


def test_the_data_appendix_names_every_table_with_all_its_fields(edition):
    page = tree(edition.html / "data.html")
    for name in data.tables():
        [section] = page.cssselect(f"section#table-{name}")
        text = section.text_content()
        for field in data.describe(name)["schema"]["fields"]:
            assert field["name"] in text, (name, field["name"])
        assert (edition.html / "_data" / data.describe(name)["path"]).is_file()


@pytest.mark.parametrize("suffix", ["html", "css", "svg"])
def test_nothing_is_loaded_from_another_host(edition, suffix):
    loads = re.compile(
        r"""(?:src|srcset)\s*=\s*["'](?:https?:)?//|<link[^>]+href=["'](?:https?:)?//(?![^"']*rel=["']canonical)"""
        r"""|@import\s+["'(]*(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
    )
    files = list(edition.html.rglob(f"*.{suffix}"))
    assert files
    # Scripts may name addresses that they never ask; what they do ask is watched in a browser.
    found = [
        f"{p.name}: {m.group()}"
        for p in files
        for m in loads.finditer(p.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_search_index_knows_the_words_of_the_chapters(edition):
    text = (edition.html / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text[text.index("{") : text.rindex("}") + 1])
    for word, page in (
        ("equip", "chapters/who-pays"),
        ("drone", "chapters/what-moscow-did"),
        ("abst", "chapters/how-cohesive"),
    ):
        hits = [docs for term, docs in index["terms"].items() if term.startswith(word)]
        numbers = {n for docs in hits for n in (docs if isinstance(docs, list) else [docs])}
        assert index["docnames"].index(page) in numbers
