"""Every column of every row of every mart is equal on DuckDB and Postgres."""

import shutil
from pathlib import Path

import pytest

from tests.dbt.compare import columns, differences
from tests.dbt.test_marts import assert_computed
from tests.dbt.warehouses import Pair, built, run
from tests.expected.marts import MARTS
from tests.postgres import Server
from tests.support import Project

pytestmark = pytest.mark.slow


def test_both_warehouses_have_the_same_marts(pair: Pair) -> None:
    pair.assert_equal()
    rows = {
        mart: pair.prod.query(f"select count(*) from marts.{mart} where client_id = 'nasty'")[0][0]
        for mart in columns(pair.prod)
    }
    assert rows["fct_affiliate_daily"] > 400
    assert rows["fct_orders"] > 400
    assert {mart for mart, number in rows.items() if not number} == {
        *("daily_ccw_summary", "daily_exp_summary"),  # its reports have other names
        "fct_financial_transactions",  # of a label
    }


def test_a_difference_is_told_with_its_row(pair: Pair, tmp_path: Path) -> None:
    changed = Project(tmp_path)
    shutil.copy(pair.dev.warehouse, changed.warehouse)
    changed.execute(
        "update marts.daily_summary set cpa = cpa + 0.0001 where advertiser_id = 1 "
        "and report_date = '2025-12-05' and client_id = 'nasty'",
        "delete from marts.dim_affiliates where affiliate_id = 12 and client_id = 'cti'",
        "alter table marts.fct_source_daily alter column spend type double",
        "drop table marts.affiliate_leaderboard",
    )
    found = differences(changed, pair.prod)
    assert len(found) == 4
    assert found[0].startswith("affiliate_leaderboard has None on dev, {")
    summary = "daily_summary: client_id='nasty', report_date=datetime.date(2025, 12, 5), advertiser"
    assert found[1].startswith(f"{summary}_id=1: cpa is Decimal(")
    assert found[2].startswith("dim_affiliates: only on prod: client_id='cti', affiliate_id=12")
    assert "'spend': 'double'" in found[3]


def test_the_commands_print_the_same(pair: Pair) -> None:
    for command in (("summary", "--days", "30"), ("summary", "--client", "cti")):
        assert run(pair.dev, *command) == run(pair.prod, *command)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_random_clients(seed: int, postgres: Server, tmp_path: Path) -> None:
    pair = built(tmp_path, postgres, seed=seed)
    pair.assert_equal()
    for mart in MARTS:
        assert_computed(pair, pair.dev, mart)
