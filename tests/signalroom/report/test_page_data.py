"""What the page carries: the marts' sums on either engine, as whole numbers that a browser adds."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest

from bench.marts import LAST, Size, statements
from signalroom.config.settings import Settings
from signalroom.report.page.data import MONEY, Data
from signalroom.report.page.encode import EXACT, columns, script
from signalroom.report.page.span import AFFILIATES_NAMED, OTHER, ROWS_BY_DAY
from tests.signalroom.report.pages import column, made_marts, subject, written
from tests.support import Project, on_both_targets

SIZE = Size(days=20, affiliates=6)
KEYS = {  # what rows are told by, and the list that says what its numbers are
    "affiliates": ("fct_affiliate_daily", "report_date", {"affiliate": "affiliates"}),
    "sources": ("fct_source_daily", "report_date", {"source": "sources"}),
    "states": ("fct_state_daily", "order_date", {"state": "states"}),
    "change": ("cpa_change_by_affiliate", "report_date", {"affiliate": "affiliates"}),
    "funnel": ("fct_funnel_daily", "report_date", {}),
    "email": ("fct_email_daily", "report_date", {"email": "emails"}),
}
MONEY_OF = {
    "affiliates": ("revenue", "spend", "effective_cost"),
    "sources": ("spend", "tracker_revenue", "estimated_conversions"),
    "states": ("revenue",),
    "change": ("change_part", "rate_part", "mix_part", "effective_cost_before"),
}
COUNTS_OF = {
    "affiliates": ("clicks", "conversions", "spend_rows", "uncosted_conversions"),
    "sources": ("tracker_clicks", "tracker_conversions"),
    "states": ("orders", "approved_orders", "declined_orders"),
    "change": ("conversions", "conversions_before"),
    "funnel": ("persons",),
    "email": ("sent", "read_of_sent", "unsubscribed"),
}


@on_both_targets
def test_a_page_carries_the_sums_of_the_marts(project: Project) -> None:
    project.execute(*statements(SIZE))
    settings = Settings(project.root, project.process_environ)
    warehouse = settings.warehouse("prod" if project.database else "dev")
    data = Data(subject(warehouse, days=10)).all({}, "")
    first, last = (date.fromisoformat(data["periods"]["starts"][at]) for at in (0, -1))
    assert (first, last) == (date(2025, 11, 29), LAST + timedelta(1))  # a later day, and ten before
    for name, (mart, day, _) in KEYS.items():
        table = data["tables"][name]
        money, counts = MONEY_OF.get(name, ()), COUNTS_OF[name]
        from_day = max(first, last - timedelta(14)) if name == "change" else first
        (said,) = warehouse.query(
            f"select {', '.join(f'sum({figure})' for figure in (*counts, *money))} "
            f"from marts.{mart} where {day} >= %s",
            (from_day,),
        )
        told = [Decimal(sum(column(table, figure))) for figure in (*counts, *money)]
        scaled = [*told[: len(counts)], *(sum_ / MONEY for sum_ in told[len(counts) :])]
        assert scaled == list(said), name
    cohorts = data["tables"]["cohorts"]
    ((orders,),) = warehouse.query("select sum(orders) from marts.fct_order_cohorts")
    assert sum(column(cohorts, "orders")) == orders
    assert data["pace"][0]["cost_to_date"] == 45_000 * MONEY
    json.dumps(data)


def test_rows_stand_at_their_day_and_affiliate(tmp_path: Path) -> None:
    warehouse = made_marts(tmp_path / "made.duckdb", SIZE)
    data = Data(subject(warehouse, days=10)).all({}, "")
    table = data["tables"]["affiliates"]
    starts, ids = data["periods"]["starts"], [id_ for id_, _ in data["affiliates"]]
    told = {
        (starts[period], data["advertisers"][advertiser][0], ids[affiliate]): revenue
        for period, advertiser, affiliate, revenue in zip(
            *(column(table, name) for name in ("period", "advertiser", "affiliate", "revenue")),
            strict=True,
        )
    }
    rows = warehouse.query(
        "select report_date, advertiser_id, affiliate_id, revenue from marts.fct_affiliate_daily "
        "where report_date >= %s",
        (date.fromisoformat(starts[0]),),
    )
    assert told == {(str(day), *key): int(revenue * MONEY) for day, *key, revenue in rows}


def test_of_a_long_report_weeks_and_the_larger_affiliates_are_told(tmp_path: Path) -> None:
    size = Size(days=300, affiliates=50)
    assert size.days * size.affiliates * size.advertisers > ROWS_BY_DAY
    warehouse = made_marts(
        tmp_path / "long.duckdb",
        size,
        "update marts.fct_affiliate_daily set revenue = 0, effective_cost = 0 "
        "where affiliate_id <= 3",
    )
    data = Data(subject(warehouse, days=size.days)).all({}, "")
    starts = [date.fromisoformat(start) for start in data["periods"]["starts"]]
    by_day_from = date.fromisoformat(data["span"]["byDayFrom"])
    lengths = dict(zip(starts, data["periods"]["days"], strict=True))
    assert all(day.weekday() == 0 for day in starts if day <= by_day_from)
    assert all(lengths[day] == (7 if day < by_day_from else 1) for day in starts)
    assert LAST - timedelta(98) < by_day_from <= LAST - timedelta(92)
    ids = [id_ for id_, _ in data["affiliates"]]
    assert len(ids) == AFFILIATES_NAMED + 1
    assert not {1, 2, 3} & set(ids)
    assert OTHER in ids
    ((revenue, clicks),) = warehouse.query(
        "select sum(revenue), sum(clicks) from marts.fct_affiliate_daily where report_date >= %s",
        (starts[0],),
    )
    table = data["tables"]["affiliates"]
    assert Decimal(sum(column(table, "revenue"))) / MONEY == revenue
    assert sum(column(table, "clicks")) == clicks
    ((spend,),) = warehouse.query(
        "select sum(spend) from marts.fct_source_daily where report_date >= %s", (starts[0],)
    )
    assert Decimal(sum(column(data["tables"]["sources"], "spend"))) / MONEY == spend


def test_numbers_are_whole_small_and_exact() -> None:
    told = columns(("money", "count"), [(1_250_000, 3), (None, 0), (-50_000, 7)])
    assert told["money"] == {"unit": 50_000, "values": [25, None, -1]}
    assert told["count"] == {"unit": 1, "values": [3, 0, 7]}
    with pytest.raises(click.ClickException, match="take fewer --days"):
        columns(("money",), [(EXACT,), (1,)])


@pytest.mark.parametrize("value", [{"name": "</script><b>"}, '{"already":"</SCRIPT>"}'])
def test_a_script_holds_no_end_of_itself(value: Any) -> None:
    said = script("DATA", value)
    assert "<" not in said
    assert said.startswith("window.DATA={")


def test_a_quarter_of_forty_affiliates_is_small(tmp_path: Path) -> None:
    """How fast it opens is measured by the bench."""
    size = Size(days=90, affiliates=40)
    warehouse = made_marts(tmp_path / "usual.duckdb", size)
    folder = written(subject(warehouse, days=90), tmp_path / "page").parent
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 2_000_000


def test_the_folder_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    index = written(subject(made_marts(tmp_path / "made.duckdb", SIZE), days=10), tmp_path / "page")
    html = index.read_text()
    policy = "default-src 'none'; script-src 'self';"
    assert f'http-equiv="Content-Security-Policy" content="{policy}' in html
    assert "http" not in html.replace("http-equiv", "")
    assert '"../../site/dictionary.html"' in html
    named = [part.split('"')[0] for part in html.split("assets/")[1:]]
    assert sorted(named) == sorted(file.name for file in (index.parent / "assets").iterdir())
