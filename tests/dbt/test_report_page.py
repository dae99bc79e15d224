"""The report's page of marts that dbt built: in the browser, its figures are the marts' own."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page

from loaders.warehouse import Warehouse
from signalroom.config.clients import read_client
from signalroom.config.settings import Settings
from signalroom.report.as_of import AsOf
from signalroom.report.subject import Subject
from tests.browser import Opened, running_browser
from tests.dbt.conftest import Query
from tests.signalroom.report.pages import comparison, money, tiles, written
from tests.support import REPOSITORY, Project

CLIENT = "december"


@pytest.fixture
def of_client(project: Project) -> Subject:
    settings = Settings(project.root, project.process_environ)
    warehouse: Warehouse = settings.warehouse("prod" if project.database else "dev")
    client = read_client(REPOSITORY / "data/clients/713/config/client.toml")
    as_of = AsOf.of(warehouse, CLIENT)
    assert as_of
    return Subject(warehouse, replace(client, client_id=CLIENT), as_of, 18)


@pytest.fixture
def page(of_client: Subject, tmp_path: Path) -> Iterator[Page]:
    with running_browser() as browser:
        opened = Opened(browser, written(of_client, tmp_path / "page"))
        yield opened.page
        assert opened.problems == []


def test_tiles_and_comparisons_are_those_of_the_mart(page: Page, warehouse: Query) -> None:
    said, lacking = [], 0
    for day, advertiser, label in warehouse(
        "select report_date, advertiser_id, max(advertiser_label) from marts.summary_comparisons "
        f"where client_id = '{CLIENT}' and advertiser_id in (-1, 1, 2) "
        "group by report_date, advertiser_id having extract(day from report_date) in (2, 9, 18) "
        "order by advertiser_id, report_date"
    ):
        page.locator("#advertiser").select_option(label=label)
        page.locator("#to").fill(str(day))
        shown = tiles(page)
        rows = warehouse(
            "select metric, metric_value, day_before, mean_7_days_before "
            f"from marts.summary_comparisons where client_id = '{CLIENT}' and "
            f"report_date = date '{day}' and advertiser_id = {advertiser} "
            "and metric not in ('clicks', 'payout')"
        )
        for metric, *figures in rows:
            told = [shown[metric]]
            told += [comparison(page, metric, name) for name in ("Day before", "7-day mean")]
            for figure, text in zip(figures, told, strict=True):
                if text.startswith("not "):  # a day is missing, or before the page begins
                    lacking += 1
                    assert figure is None
                    continue
                said.append(text)
                assert text == (counted(figure) if metric == "conversions" else money(figure))
    assert len(said) > 100
    assert lacking


def test_affiliates_stand_as_on_the_leaderboard(page: Page, warehouse: Query) -> None:
    page.get_by_role("button", name="7 days").click()
    page.locator("#advertiser").select_option(label="CCW")
    rows = warehouse(
        "select affiliate_label, affiliate_rank, conversions, effective_cpa, revenue, rank_change, "
        "cpa, margin from marts.affiliate_leaderboard "
        f"where client_id = '{CLIENT}' and window_name = '7_days' and advertiser_id = 1"
    )
    expected = [
        (label, str(rank or "–"), f"{count:,}", money(cpa), money(revenue), moved(change),
         money(media), money(margin))
        for label, rank, count, cpa, revenue, change, media, margin in rows
    ]  # fmt: skip
    shown = []
    for row in page.locator("#board tbody tr").all():
        cells = row.locator("td").all_inner_texts()
        shown.append((row.locator("th").inner_text(), *cells[:5], cells[6], cells[7]))
    assert sorted(shown) == sorted(expected)


def counted(figure: Decimal | None) -> str:
    """A mean of counts is shown as the nearest whole one."""
    return "–" if figure is None else f"{figure.quantize(Decimal(1), ROUND_HALF_UP):,}"


def moved(places: int | None) -> str:
    if places is None:
        return "–"
    return "=" if not places else f"{'▲' if places > 0 else '▼'} {abs(places)}"
