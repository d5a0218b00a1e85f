"""The pages in a real browser: quiet, self-contained, fitting, searchable."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading

import pytest
from conftest import PRINTS
from playwright.sync_api import sync_playwright

from afterwashington import evidence
from press import build, places, translation

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(edition):
    """The book on a web server of this machine."""
    handler = functools.partial(Quiet, directory=str(edition.html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="module")
def arabic(address):
    """Addresses of the Arabic pages."""
    build.build("ar", pdf=PRINTS)
    return [f"{address}/ar/{name}.html" for name in translation.published("ar")]


@pytest.mark.parametrize("width", [360, 1400])
def test_arabic_pages_run_from_right_to_left_and_fit(browser, arabic, width):
    for url in arabic:
        page, _, complaints = visit(browser, url, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        heading = page.locator(".bd-article h1").first
        assert heading.evaluate("e => getComputedStyle(e).direction") == "rtl"
        for code in page.locator("pre").all():
            assert code.evaluate("e => getComputedStyle(e).direction") == "ltr"
        assert complaints == []
        page.close()


@pytest.mark.parametrize("words", ["الأقوال", "أقوال", "اقوال", "والأقوال", "لِلأقْوَالِ"])
def test_arabic_search_knows_article_hamza_and_vowel_marks(browser, address, arabic, words):
    page, _, complaints = visit(browser, f"{address}/ar/search.html?q={words}")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    links = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("how-to-read" in link for link in links)
    assert complaints == []
    page.close()


@pytest.fixture(params=["server", "files"])
def root(request, address, edition):
    return address if request.param == "server" else edition.html.as_uri()


def visit(browser, url, width=1400, scheme="light"):
    """Open a page; returns it with the requests it made and what it complained of."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    requests, complaints = [], []
    page.on("request", lambda r: requests.append(r.url))
    page.on(
        "console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("requestfailed", lambda r: complaints.append(f"failed: {r.url}"))
    page.goto(url, wait_until="load")
    return page, requests, complaints


def test_pages_ask_no_other_host_and_report_no_error(browser, root):
    for name in places.pages():
        page, requests, complaints = visit(browser, f"{root}/{name}.html")
        page.wait_for_timeout(150)
        assert complaints == [], name
        assert [r for r in requests if not r.startswith((root, "data:"))] == []
        page.close()


@pytest.mark.parametrize("width", [360, 1400])
def test_no_page_scrolls_sideways(browser, address, width):
    for name in places.pages():
        page, _, _ = visit(browser, f"{address}/{name}.html", width)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name}: {wide} px at {width} px"
        page.close()


def test_a_phone_gets_the_narrow_form_of_a_figure(browser, address):
    name = next(n for n in places.pages() if n.startswith("chapters/"))
    for width, ending in ((360, ".narrow.svg"), (1400, ".svg")):
        page, _, _ = visit(browser, f"{address}/{name}.html", width)
        image = page.locator("figure img").first
        image.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('figure img').complete")
        source = image.evaluate("e => e.currentSrc")
        assert source.endswith(ending) and (width == 360 or not source.endswith(".narrow.svg"))
        assert image.evaluate("e => e.naturalWidth") > 100
        page.close()


def test_search_finds_a_word_of_a_chapter(browser, root):
    page, _, complaints = visit(browser, f"{root}/search.html?q=decoys")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    links = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("what-moscow-did" in link for link in links)
    assert complaints == []
    page.close()


def test_code_is_one_click_away(browser, address):
    name = next(n for n in places.pages() if n.startswith("chapters/"))
    page, _, _ = visit(browser, f"{address}/{name}.html")
    code = page.locator("details.hide pre").first
    assert not code.is_visible()
    page.locator("details.hide summary").first.click()
    assert code.is_visible()
    page.close()


def test_the_ledger_can_be_filtered_searched_and_linked_to(browser, root):
    page, _, complaints = visit(browser, f"{root}/claims.html?verdict=contradicted")
    claims = evidence.claims()
    contradicted = claims[claims.verdict == "contradicted"]

    def shown():
        ids = page.locator(".ledger-claim:visible").evaluate_all("all => all.map(e => e.id)")
        return [one.removeprefix("claim-") for one in ids]

    assert set(shown()) == set(contradicted.claim_id)
    page.select_option("select[name=type]", "fact")
    facts = contradicted[contradicted.claim_type == "fact"]
    assert set(shown()) == set(facts.claim_id)
    assert page.locator(".list-filter [role=status]").inner_text().startswith(f"{len(facts)} ")
    page.click(".list-filter button[type=reset]")
    page.wait_for_function("document.querySelectorAll('.ledger-claim[hidden]').length === 0")
    page.fill(".list-filter input", "rutte secretary")
    assert "C025" in shown() and "C044" not in shown()
    # Arabic is found with and without the hamza.
    page.fill(".list-filter input", "\u0627\u0633\u062a\u0631\u0627\u0644\u064a\u0627")
    assert "C019" in shown() and len(shown()) < 20
    page.fill(".list-filter input", "xylophone")
    assert shown() == []
    page.evaluate("location.hash = '#claim-C019'")
    page.wait_for_function("document.getElementById('claim-C019').offsetParent !== null")
    assert complaints == []
    page.close()


def test_text_is_legible_in_light_and_dark(browser, address):
    """Contrast of running text, links and muted notes against the page, at least 4.5 to 1."""
    script = """() => {
      const lum = c => { const v = c.map(x => x / 255)
          .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
          return .2126 * v[0] + .7152 * v[1] + .0722 * v[2] };
      const rgba = s => (s.match(/[\\d.]+/g) || []).map(Number);
      const back = e => { for (; e; e = e.parentElement) {
          const c = rgba(getComputedStyle(e).backgroundColor);
          if (c.length === 3 || c[3] === 1) return c } return [255, 255, 255] };
      const out = [];
      for (const e of document.querySelectorAll('.bd-article p, .bd-article a, .bd-article td, ' +
          '.bd-article h2, .bd-article .verdict, figcaption, .bd-sidebar-primary a')) {
        if (!e.innerText || !e.offsetParent) continue;
        const a = lum(rgba(getComputedStyle(e).color)), b = lum(back(e));
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) out.push(e.className + ' ' + ratio.toFixed(2) + ' ' +
                                  e.innerText.slice(0, 40));
      }
      return [...new Set(out)] }"""
    for scheme in ("light", "dark"):
        for name in places.pages():
            page, _, _ = visit(browser, f"{address}/{name}.html", scheme=scheme)
            assert page.evaluate("document.documentElement.dataset.theme") == scheme
            assert page.evaluate(script) == [], f"{name}, {scheme}"
            page.close()
