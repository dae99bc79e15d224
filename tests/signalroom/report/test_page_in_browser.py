"""The page in a real browser: it opens from disk, adds up as SQL does, and everybody can use it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bench.marts import LAST, Size
from signalroom.report.page.theme import DARK, LIGHT
from signalroom.report.words.chance import is_chance
from tests.browser import Opened, running_browser
from tests.signalroom.report.pages import (
    FORMULA,
    HTML,
    NAME,
    Sql,
    comparison,
    divided,
    made_marts,
    money,
    subject,
    tiles,
    written,
)

pytestmark = pytest.mark.slow

SIZE = Size(days=40, affiliates=9)
HARMFUL = (
    f"update marts.dim_affiliates set affiliate_label = '{HTML}' where affiliate_id = 1",
    f"update marts.dim_affiliates set affiliate_label = '{FORMULA}' where affiliate_id = 2",
    f"update marts.dim_advertisers set advertiser_label = '{HTML}' where advertiser_id = 2",
    f"update marts.fct_source_daily set redtrack_source = '{HTML}' where affiliate_id = 4",
    f"update marts.fct_state_daily set state_name = '{HTML}' where state_code = 'PR'",
    f"update marts.fct_email_daily set email_name = '{HTML}' where email_id = 'e1'",
    f"update marts.fct_funnel_daily set event_name = '{HTML}' where step_number = 2",
    "comment on column marts.daily_summary.cpa is 'Spend by <b>conversion</b>, of `spend`.'",
)
EDGES = {
    "no marts": ["truncate marts." + mart for mart in ("daily_summary", "fct_affiliate_daily")],
    "one day": [f"delete from marts.fct_affiliate_daily where report_date <> date '{LAST}'"],
    "no spend": [
        "update marts.fct_affiliate_daily set spend = 0, spend_rows = 0, effective_cost = 0, "
        "uncosted_conversions = conversions"
    ],
    "no orders": [f"truncate marts.{mart}" for mart in ("fct_state_daily", "fct_order_cohorts")],
    "a day that is not loaded": [
        f"delete from marts.{mart} where report_date = date '{LAST - timedelta(2)}'"
        for mart in ("daily_summary", "fct_affiliate_daily")
    ],
    "one long word that turns round": [
        "update marts.dim_affiliates set affiliate_label = repeat('x', 300) || chr(8238)"
    ],
    "one affiliate": ["delete from marts.fct_affiliate_daily where affiliate_id <> 4"],
    "nothing else": [
        f"truncate marts.{mart}"
        for mart in (
            *("fct_funnel_daily", "fct_email_daily", "budget_pace", "cpa_change_by_affiliate"),
            *("fct_source_daily", "daily_summary", "dim_affiliates", "dim_advertisers"),
            *("fct_state_daily", "fct_order_cohorts", "fct_affiliate_daily"),
        )
    ],
}
Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sql]:
    """A page, and the warehouse it is of."""
    folder = tmp_path_factory.mktemp("page")
    warehouse = made_marts(folder / "made.duckdb", SIZE, *HARMFUL)
    return written(subject(warehouse, days=30), folder / "page"), Sql(warehouse)


@pytest.fixture
def visit(browser: Browser, made: tuple[Path, Sql]) -> Iterator[Open]:
    """Opens the page, or another; what it asked for or complained of fails the test."""
    opened: list[Opened] = []

    def visit(query: str = "", *, index: Path = made[0], **options: object) -> Opened:
        opened.append(Opened(browser, index, query=query, **options))
        return opened[-1]

    yield visit
    for one in opened:
        one.close()
        assert one.problems == []


@pytest.fixture
def page(visit: Open) -> Page:
    return visit().page


@pytest.fixture
def sql(made: tuple[Path, Sql]) -> Sql:
    return made[1]


def summed(page: Page, table: str) -> dict[str, str]:
    """The sums below a table, by the heading of their column."""
    heads = page.locator(f"#{table} thead button").all_inner_texts()
    cells = page.locator(f"#{table} tfoot tr > *").all_inner_texts()
    return dict(zip((head.strip(" ▼▲\n") for head in heads), cells, strict=True))


def test_it_opens_from_disk_and_asks_for_nothing(visit: Open) -> None:
    """What it would ask for, or complain of, fails every test here."""
    page = visit(timezone_id="America/New_York").page  # where midnight of UTC is the day before
    days = page.locator("#chart-cpa text").all_text_contents()
    assert {"Nov 19", "Dec 17"} <= set(days)
    assert page.locator("h1").inner_text() == f"Said of {HTML}."
    link = page.locator("[data-figure=effective_cpa] a").get_attribute("href")
    assert link == "../../site/dictionary.html#daily_summary.effective_cpa"
    assert page.locator(".chart svg:visible").count() == 5
    assert page.locator("#strip .lacks").count() == 2  # a day of the month, and a later one
    assert "December 10: redtrack" in page.locator("#lacking").inner_text()


@dataclass(frozen=True)
class Choice:
    """What a reader filters: ids, and days back from the last one."""

    advertiser: int | None = None
    affiliate: int | None = None
    first: int = 0
    last: int = 0


@pytest.mark.parametrize(
    "choice",
    [
        Choice(first=29),
        Choice(advertiser=1, first=12, last=3),
        Choice(affiliate=4),
        Choice(advertiser=2, affiliate=3, first=6),
        Choice(advertiser=2, affiliate=8, first=11, last=11),  # internal, and without a cost row
    ],
)
def test_after_a_filter_every_figure_is_what_sql_says(page: Page, sql: Sql, choice: Choice) -> None:
    advertiser, affiliate = choice.advertiser, choice.affiliate
    first, last = LAST - timedelta(choice.first), LAST - timedelta(choice.last)
    labels = {1: "Advertiser 1", 2: HTML, 3: "Affiliate 3", 4: "Affiliate 4", 8: "Affiliate 8"}
    if advertiser:
        page.locator("#advertiser").select_option(label=labels[advertiser])
    if affiliate:
        page.locator("#affiliate").select_option(label=labels[affiliate])
    page.locator("#to").fill(str(last))
    page.locator("#from").fill(str(first))
    chosen = {"advertiser": advertiser, "affiliate": affiliate}
    assert tiles(page) == sql.figures(last, last, **chosen)
    said = sql.figures(first, last, **chosen)
    page.get_by_text("Table: Money and conversions by day").click()
    page.locator("#days-table tfoot tr").wait_for()
    names = {
        **{"conversions": "Conversions", "revenue": "Revenue", "effective_cost": "Effective cost"},
        **{"margin": "Margin", "spend": "Media spend", "effective_cpa": "Effective CPA"},
        "cpa": "Media CPA",
    }
    of_days = summed(page, "days-table")
    assert {name: of_days[label] for name, label in names.items()} == said
    of_board = summed(page, "board")
    assert of_board["Conv."] == said["conversions"]
    assert [of_board[name] for name in ("Revenue", "Margin", "Effective CPA")] == [
        said[name] for name in ("revenue", "margin", "effective_cpa")
    ]
    by_name = [f"{n}_id = {i}" for n, i in chosen.items() if i]
    ((spend, clicks),) = sql.warehouse.query(
        "select coalesce(sum(spend), 0), coalesce(sum(tracker_clicks), 0) "
        "from marts.fct_source_daily "
        f"where {' and '.join([*by_name, 'report_date between %s and %s'])}",
        (first, last),
    )
    shown = page.locator("#sources tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in shown]
    assert sum(int(row[6].replace(",", "")) for row in cells if len(row) > 1) == clicks
    assert f"{sum(float(row[0][1:].replace(',', '')) for row in cells if len(row) > 1):.2f}" == (
        f"{spend:.2f}"
    )


def test_a_day_is_compared_with_the_days_before_and_the_month(page: Page, sql: Sql) -> None:
    page.locator("#to").fill("2025-12-09")
    day = date(2025, 12, 9)
    before = sql.figures(day - timedelta(1), day - timedelta(1))
    week = sql.figures(day - timedelta(7), day - timedelta(1))
    month = sql.figures(date(2025, 12, 1), day)
    for figure in ("effective_cpa", "revenue", "spend"):
        assert comparison(page, figure, "Day before") == before[figure]
        assert comparison(page, figure, "Month to date") == month[figure]
    assert comparison(page, "effective_cpa", "7-day mean") == week["effective_cpa"]
    mean = divided(float(week["spend"][1:].replace(",", "")), 7)
    assert comparison(page, "spend", "7-day mean") == f"${mean:,.2f}"
    page.locator("#to").fill("2025-12-11")  # of which the day before lacks something
    assert comparison(page, "revenue", "Day before") == "not complete"
    assert comparison(page, "revenue", "7-day mean") == "not complete"
    row = page.locator("[data-figure=revenue] dl > div", has_text="Month to date")
    assert "10 of 11 days complete" in row.inner_text()


def test_affiliates_are_ranked_as_in_the_mart(page: Page, sql: Sql) -> None:
    """The window function is that of marts.affiliate_leaderboard."""
    page.get_by_role("button", name="7 days").click()
    periods = [
        dict(
            sql.warehouse.query(
                "select 'Affiliate ' || affiliate_id, rank() over ("
                "partition by advertiser_id, is_internal "
                "order by sum(revenue) desc, sum(conversions) desc) from marts.fct_affiliate_daily "
                "where advertiser_id = 1 and report_date between %s and %s "
                "group by advertiser_id, affiliate_id, is_internal",
                (LAST - timedelta(back + 6), LAST - timedelta(back)),
            )
        )
        for back in (0, 7)
    ]
    page.locator("#advertiser").select_option(label="Advertiser 1")
    shown = {}
    for row in page.locator("#board tbody tr").all():
        cells = row.locator("td").all_inner_texts()
        name, change = row.locator("th").inner_text(), cells[4].replace("=", "0")
        sign = -1 if "▼" in change else 1
        shown[name] = (int(cells[0]), sign * int(change.strip("▲▼ ")))
    now, before = periods
    for harmful in (HTML, FORMULA):
        del shown[harmful]
    assert shown == {name: (now[name], before[name] - now[name]) for name in shown}
    assert len(shown) == SIZE.affiliates - 2
    assert {change for _, change in shown.values()} - {0}


def test_why_cpa_moved_adds_up(page: Page, sql: Sql) -> None:
    for against, words in (
        ("day_before", "the day before"),
        ("mean_7_days_before", "the 7 days before"),
    ):
        page.locator("#comparison").select_option(label=words)
        page.locator("#advertiser").select_option(label="Advertiser 1")
        ((change, count, before, cost, cost_before),) = sql.warehouse.query(
            "select sum(change_part), sum(conversions), sum(conversions_before), "
            "sum(effective_cost), sum(effective_cost_before) from marts.cpa_change_by_affiliate "
            "where comparison = %s and report_date = %s and advertiser_id = 1",
            (against, LAST),
        )
        way = "rose" if change > 0 else "fell"
        said = f"Advertiser 1, December 18 against {words}: effective CPA {way} by "
        by_chance = is_chance(int(count), int(before), days=float(cost_before / cost))
        said += money(abs(change)) + (", which chance explains." if by_chance else ".")
        assert page.locator("#why-said").inner_text().startswith(said)
    page.get_by_text("Table: Change of effective CPA by affiliate").click()
    page.locator("#change-table tfoot tr").wait_for()
    total = summed(page, "change-table")["Part of the change"]
    assert total.removeprefix("+") == money(change)


def test_orders_follow_days_and_advertiser_and_say_what_they_do_not_know(
    page: Page, sql: Sql
) -> None:
    page.locator("#from").fill("2025-12-11")
    page.locator("#advertiser").select_option(label="Advertiser 1")
    page.get_by_text("Table: Orders by state").click()
    page.locator("#states-table tfoot tr").wait_for()
    ((orders, approved, revenue, off),) = sql.warehouse.query(
        "select sum(orders), sum(approved_orders), sum(revenue), "
        "sum(case when state_kind <> 'state' then orders end) from marts.fct_state_daily "
        "where advertiser_id = 1 and order_date between %s and %s",
        (date(2025, 12, 11), LAST),
    )
    told = summed(page, "states-table")
    assert told["Orders"] == f"{orders:,}"
    assert told["Order revenue"] == money(revenue)
    assert told["Order value"] == money(divided(revenue, approved))
    numbers = page.locator("#off-map").inner_text().strip(".").split(", ")
    assert sum(int(number.split()[-1].replace(",", "")) for number in numbers) == off
    page.locator("#affiliate").select_option(label="Affiliate 4")
    assert summed(page, "states-table") == told
    lacks = page.locator("section", has=page.locator("#states-title")).locator("[data-lacks]")
    assert lacks.inner_text().startswith("This part knows no affiliate")


def test_a_figure_says_what_it_is_also_while_one_filters(page: Page) -> None:
    page.locator("[data-figure=cpa] summary").click()
    page.locator("#advertiser").select_option(label="Advertiser 1")
    assert page.locator("[data-figure=cpa] details p").is_visible()
    said = page.locator("[data-figure=cpa] details p").inner_text()
    assert "cost per Everflow conversion of internal affiliates" in said
    assert "Spend by <b>conversion</b>, of spend. daily_summary.cpa" in said


def test_chance_and_ratios_are_those_of_python_and_sql(page: Page) -> None:
    counts = list(product((0, 3, 13, 40, 269, 302), (0, 7, 35, 300, 1900), (1, 7, 6.3)))
    asked = "counts => counts.map(([today, before, days]) => Figures.isChance(today, before, days))"
    told = page.evaluate(asked, [list(one) for one in counts])
    assert told == [is_chance(today, before, days=days) for today, before, days in counts]
    pairs = [(above, below) for above in (5700, -5700, 1, 0, 123456789) for below in (8, 7, 3, -2)]
    found = page.evaluate(
        "pairs => pairs.map(([above, below]) => Figures.per(above, below))",
        [list(pair) for pair in pairs],
    )
    exact = [divided(above, below * 10_000) for above, below in pairs]
    assert found == [None if one is None else int(one * 10_000) for one in exact]


def test_what_is_chosen_stands_in_the_address_and_comes_back(page: Page, visit: Open) -> None:
    page.locator("#affiliate").select_option(label="Affiliate 4")
    page.locator("#from").fill("2025-12-02")
    query = page.evaluate("location.search")
    assert query == "?from=2025-12-02&affiliate=4"
    assert page.locator("[data-lacks]:visible").first.inner_text() == (
        "This part knows no affiliate: the filter does not act on it."
    )
    again = visit(query).page
    assert tiles(again) == tiles(page)
    assert again.locator("#board tbody tr").count() == SIZE.advertisers
    again.get_by_role("button", name="Reset").click()
    assert again.evaluate("location.search") == ""
    visit("?from=nonsense&to=1999-01-01&advertiser=x&affiliate=-7")  # no errors


def test_a_table_is_sorted_by_keyboard_and_found_in(page: Page) -> None:
    head = page.locator("#board th", has_text="Conv.")
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    counts = page.locator("#board tbody td:nth-child(3)")
    numbers = [int(text.replace(",", "")) for text in counts.all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert [int(text.replace(",", "")) for text in counts.all_inner_texts()] == sorted(numbers)
    page.locator("#find").fill("affiliate 4")
    assert set(page.locator("#board tbody th").all_inner_texts()) == {"Affiliate 4"}
    page.locator("#find").fill("")
    page.locator("#kind").select_option("external")
    kinds = page.locator("#board tbody td:nth-child(12)").all_inner_texts()
    assert set(kinds) == {"external"}


def test_a_table_is_saved_for_a_spreadsheet(page: Page) -> None:
    with page.expect_download() as saving:
        page.locator("#board").get_by_role("button", name="Save as CSV").click()
    assert saving.value.suggested_filename == "713-affiliates.csv"
    lines = Path(saving.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Rank,Affiliate,Conv.,Effective CPA,Revenue,Change,Share,Media CPA")
    labels = {line.split(",")[1] for line in lines[1:]}
    assert f"'{FORMULA}" in labels
    assert FORMULA not in labels
    assert all("$" not in line for line in lines)


def test_text_from_outside_is_shown_as_it_is(page: Page) -> None:
    """A dialog that it opened, or a picture that it asked for, would fail the test as well."""
    assert NAME in page.locator(".over").inner_text()
    for part in (".made", "#board", "#sources", "#email", "#funnel", "#off-map", ".hands"):
        assert HTML in page.locator(part).inner_text()
    assert page.locator("img, b").count() == 0


@pytest.mark.parametrize("width", [320, 390, 1200, 2560])
def test_nothing_scrolls_sideways_but_tables(visit: Open, width: int) -> None:
    page = visit(viewport={"width": width, "height": 844}).page
    for twin in page.locator("details").all():
        twin.evaluate("details => { details.open = true }")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Open, scheme: str) -> None:
    page = visit(color_scheme=scheme).page
    for twin in page.locator("details").all():
        twin.evaluate("details => { details.open = true }")
    # by itself it would ask for the style sheets once more
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
    assert found.violations_count == 0, found.generate_report()


def test_it_follows_light_and_dark_and_paper_is_light(page: Page) -> None:
    line = page.locator("#chart-cpa svg .mark-line path").last  # of the effective CPA
    for media, colours in (
        ({"color_scheme": "light"}, LIGHT),
        ({"color_scheme": "dark"}, DARK),
        ({"media": "print"}, LIGHT),
    ):
        page.emulate_media(**media)  # type: ignore[arg-type]
        expect(line).to_have_attribute("stroke", colours["ink"])


def test_a_long_report_says_that_it_adds_up_weeks(visit: Open, tmp_path: Path) -> None:
    warehouse = made_marts(tmp_path / "long.duckdb", Size(days=300, affiliates=50))
    page = visit(index=written(subject(warehouse, days=300), tmp_path / "page")).page
    said = page.locator("#coarse").inner_text()
    assert said.startswith("Days before September 15, 2025 are summed to weeks (Monday to Sunday)")
    assert "The 40 affiliates with most money are named" in said
    first = date.fromisoformat(page.locator("#from").input_value())
    assert summed(page, "board")["Revenue"] == Sql(warehouse).figures(first, LAST)["revenue"]
    assert "Other affiliates" in page.locator("#board").inner_text()


@pytest.mark.parametrize("edge", EDGES)
def test_odd_marts_give_a_sane_page(visit: Open, tmp_path: Path, edge: str) -> None:
    days = 1 if edge == "one day" else 8
    size = Size(days=days, affiliates=4, advertisers=1)
    warehouse = made_marts(tmp_path / "odd.duckdb", size, *EDGES[edge])
    phone = {"width": 390, "height": 844}
    index = written(subject(warehouse, days=days), tmp_path / "page")
    page = visit(index=index, viewport=phone).page
    said = page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    assert "\u202e" not in said
    for nonsense in ("NaN", "undefined", "Infinity", "null", "[object"):
        assert nonsense not in said
    if edge == "no spend":
        assert page.locator("[data-figure=effective_cpa] .value").inner_text() == "–"
        assert "no cost row" in page.locator("[data-figure=effective_cpa]").inner_text()
    if edge == "no orders":
        assert "No orders in this selection." in said
    if edge == "a day that is not loaded":
        page.locator("#days-table summary").first.click()
        row = page.locator("#days-table tr", has_text=str(LAST - timedelta(2)))
        expect(row).to_be_visible()  # the table is made when it is opened
        cells = row.locator("td").all_inner_texts()
        assert cells == ["–"] * (len(cells) - 1) + ["not loaded"]
