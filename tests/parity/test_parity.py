"""Every column of every row of every mart is equal on DuckDB and Postgres."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from sandbox.server import Sandbox
from tests.dbt.raw_rows import insert
from tests.parity.compare import columns, differences
from tests.parity.conftest import Pair
from tests.parity.random_clients import SHAPES, Rows, Shape, are_varied, gathered
from tests.postgres import Server
from tests.support import Project

pytestmark = pytest.mark.slow

ONLY_MODELS = ("--resource-type", "seed", "model")
CASES: dict[tuple[str, str], set[Any]] = {
    ("fct_affiliate_daily", "match_status"): {
        *("matched", "spend_only", "no_spend_row", "external", "external_here"),
        *("no_affiliate", "unmapped"),
    },
    ("budget_pace", "match_status"): {
        *("matched", "no_target", "unknown_advertiser", "duplicate_target", "unknown_basis"),
    },
    ("budget_pace", "pace is null"): {True, False},
    ("fct_orders", "order_kind"): {"first", "rebill", "upsell", "unknown"},
    ("fct_orders", "is_refunded and is_chargeback"): {True, False},
    ("fct_orders", "has_unparsed_text"): {True, False},
    ("fct_orders", "order_events > 5"): {True, False},
    ("fct_orders", "refunded_amount between 0.0001 and gross_amount - 0.0001"): {True, False},
    ("fct_order_cohorts", "age_days"): {0, 7, 30, 60, 90},
    ("fct_funnel_daily", "step_number > 1 and persons > 0"): {True, False},
    ("fct_funnel_daily", "is_complete"): {True, False},
    ("fct_email_daily", "is_complete"): {True, False},
    ("dim_experiments", "status"): {"draft", "running", "ended", "archived", "removed"},
    ("dim_contacts", "has_ordered"): {True, False},
    ("dim_contacts", "is_subscribed"): {True, False},
    ("state_heatmap", "window_name"): {"yesterday", "7_days", "month_to_date", "all"},
    ("state_heatmap", "state_kind"): {"state", "territory", "military", "unknown"},
}


def test_the_sandboxs_december(december_pair: Pair) -> None:
    december_pair.assert_equal()
    rows = {
        mart: december_pair.prod.query(f"select count(*) from marts.{mart}")[0][0]
        for mart in columns(december_pair.prod)
    }
    assert rows["fct_affiliate_daily"] > 400
    assert rows["fct_orders"] > 400
    assert min(rows.values()) > 0
    clients = december_pair.prod.query("select distinct client_id from marts.daily_summary")
    assert sorted(clients) == [("713",), ("cti",)]


def test_a_difference_is_told_with_its_row(december_pair: Pair, tmp_path: Path) -> None:
    changed = Project(tmp_path)
    shutil.copy(december_pair.dev.warehouse, changed.warehouse)
    changed.execute(
        "update marts.daily_summary set cpa = cpa + 0.0001 where advertiser_id = '1' "
        "and report_date = '2025-12-05' and client_id = '713'",
        "delete from marts.dim_affiliates where affiliate_id = '12' and client_id = 'cti'",
        "alter table marts.fct_source_daily alter column spend type double",
        "drop table marts.affiliate_leaderboard",
    )
    found = differences(changed, december_pair.prod)
    assert len(found) == 4
    assert found[0].startswith("affiliate_leaderboard has None on dev, {")
    summary = "daily_summary: client_id='713', report_date=datetime.date(2025, 12, 5), advertiser_"
    assert found[1].startswith(f"{summary}id='1': cpa is Decimal(")
    assert found[2].startswith("dim_affiliates: only on prod: client_id='cti', affiliate_id='12'")
    assert "'spend': 'double'" in found[3]


def test_the_commands_print_the_same(december_pair: Pair) -> None:
    for command in (("summary", "--days", "30"), ("summary", "--client", "cti")):
        assert december_pair.dev.succeed(*command) == december_pair.prod.succeed(*command)


@pytest.fixture(scope="module")
def empty_pair(
    sandbox_server: Sandbox, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """The tables as the loader makes them, without a row."""
    pair = Pair.at(tmp_path_factory.mktemp("random"), sandbox_server, postgres)
    for project in (pair.dev, pair.prod):
        for name in ("EVERFLOW_API_KEY", "REDTRACK_API_KEY"):
            del project.environ[name]
    pair.succeed("load")
    yield pair
    assert pair.prod.database is not None
    pair.prod.database.drop()


def examples(number: int) -> settings:
    """So many times some thirty clients; a failure is shown as it was drawn, not made smaller."""
    return settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@examples(1)
@given(shapes=SHAPES)
def test_random_clients(empty_pair: Pair, shapes: list[Shape]) -> None:
    assume(are_varied(shapes))
    build_and_compare(empty_pair, shapes)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@examples(20)
@given(shapes=SHAPES)
def test_many_random_clients(empty_pair: Pair, shapes: list[Shape]) -> None:
    assume(are_varied(shapes))
    build_and_compare(empty_pair, shapes)


def build_and_compare(pair: Pair, shapes: list[Shape]) -> None:
    raw, (first_orders, orders), seeds = gathered(shapes)
    for project in (pair.dev, pair.prod):
        for name, text in seeds.items():
            Path(project.root, "seeds", f"{name}.csv").write_text(text)
    replace_rows(pair, raw | first_orders)
    pair.succeed("dbt", "build", "--quiet", *ONLY_MODELS, "--select", "+int_orders__latest")
    replace_rows(pair, orders)
    pair.succeed("dbt", "build", "--quiet", *ONLY_MODELS)
    pair.assert_equal()
    for (mart, column), cases in CASES.items():
        found = pair.prod.query(f"select distinct {column} from marts.{mart}")
        assert {value for (value,) in found} >= cases, (
            f"the made rows lack a case of {mart}.{column}"
        )


def replace_rows(pair: Pair, tables: Rows) -> None:
    for project in (pair.dev, pair.prod):
        for table, rows in tables.items():
            project.execute(f"delete from {table}", *insert(table, rows))
