"""The site in a real browser, from disk: nothing is asked for, everybody can use it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.signalroom.site.conftest import Site

pytestmark = pytest.mark.slow

OURS = (
    *("index.html", "dictionary.html", "guides/production.html", "guides/readme.html"),
    *("files/docs/queries.sql.html", "guides/decisions/0012-everflow-ids-are-integers.html"),
)
LINEAGE = "lineage/index.html?model=model.signalroom.daily_summary&column=effective_cpa"
DBT = "dbt/index.html#!/model/model.signalroom.daily_summary"
Open = Callable[..., Page]


@pytest.fixture
def problems() -> list[str]:
    """Requests out of the site, errors and what the console says is one."""
    return []


@pytest.fixture
def visit(browser: Browser, site: Site, problems: list[str]) -> Open:
    inside = site.pages.as_uri()

    def visit(page: str, width: int = 1200, scheme: str = "light") -> Page:
        viewport = {"width": width, "height": 900}
        tab = browser.new_page(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        tab.on("request", lambda r: None if r.url.startswith(inside) else problems.append(r.url))
        tab.on("requestfailed", lambda request: problems.append(f"failed: {request.url}"))
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        tab.goto(f"{inside}/{page}")
        return tab

    return visit


@pytest.mark.parametrize("page", OURS)
def test_our_pages_fit_and_are_for_everybody(visit: Open, problems: list[str], page: str) -> None:
    for width, scheme in ((390, "light"), (2560, "dark")):
        tab = visit(page, width, scheme)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        if page == "dictionary.html":  # one mart is like the other, and axe is slow
            tab.get_by_label("Filter by name or words").fill("daily_summary effective")
        found = Axe().run(tab, options={"preload": False})  # it would ask for the style sheet
        assert found.violations_count == 0, found.generate_report()
        tab.close()
    assert problems == []


@pytest.mark.parametrize(("page", "shows"), [(DBT, "Headline CPA"), (LINEAGE, "49 columns")])
def test_the_others_pages_ask_for_nothing(
    visit: Open, problems: list[str], page: str, shows: str
) -> None:
    tab = visit(page)
    tab.get_by_text("daily_summary").first.wait_for()
    tab.wait_for_function(f"document.body.innerText.includes({shows!r})")
    assert problems == []
    tab.get_by_text("SignalRoom docs").click()
    assert Path(tab.url).name == "index.html"
    assert "Before you trust a number" in tab.inner_text("main")
    tab.close()


def test_search_by_keyboard(visit: Open, problems: list[str]) -> None:
    tab = visit("guides/decisions/0012-everflow-ids-are-integers.html")
    tab.keyboard.press("/")
    tab.keyboard.type("daily_summary effective_cpa")
    found = tab.get_by_role("option")
    found.first.wait_for()
    assert found.first.get_attribute("aria-selected") == "true"
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/dictionary.html#daily_summary.effective_cpa")
    assert tab.locator(".column:target").is_visible()
    tab.keyboard.press("/")
    tab.keyboard.type("qwertz nothing")
    tab.get_by_role("option", name="Nothing found").wait_for()
    assert found.count() == 1
    tab.keyboard.press("Escape")
    assert not tab.locator("#found").is_visible()
    assert problems == []
    tab.close()


def test_the_dictionary_is_filtered_by_typing(visit: Open) -> None:
    tab = visit("dictionary.html#daily_summary.effective_cpa")
    assert tab.locator(".column:target").is_visible()
    tab.get_by_label("Filter by name or words").fill("weekly monday")
    shown = tab.locator(".column:visible dt > a").all_inner_texts()
    assert shown == ["report_week"]
    assert tab.locator("output").inner_text() == "1 column"
    assert tab.locator("h2.subject:visible").all_inner_texts() == ["Reports"]
    tab.evaluate("location.hash = '#fct_orders.client_id'")
    assert tab.locator(".column:target").is_visible()
    tab.close()


def test_the_menu_opens_on_a_phone(visit: Open) -> None:
    tab = visit("index.html", 390)
    menu = tab.get_by_role("navigation", name="Site")
    assert not menu.is_visible()
    tab.get_by_role("button", name="Menu").press("Enter")
    assert menu.is_visible()
    menu.get_by_role("link", name="Metric dictionary").click()
    assert tab.url.endswith("/dictionary.html")
    tab.close()
