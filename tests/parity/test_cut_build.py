"""A connection cut in the middle of a build: the marts stay as they were, and the next is right."""

import time

import pytest

from tests.parity.conftest import Pair

pytestmark = pytest.mark.slow

AT_WORK = (
    "select 1 from pg_stat_activity where datname = current_database() "
    "and query like '%marts_next%fct_affiliate_daily%' and application_name like 'dbt%'"
)


def test_a_build_whose_connections_are_cut(december_pair: Pair) -> None:
    prod = december_pair.prod
    assert prod.database is not None
    build = prod.start("build", without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
    until = time.monotonic() + 120
    while not prod.query(AT_WORK):
        assert build.poll() is None
        assert time.monotonic() < until
    assert prod.database.cut("dbt%") > 0
    said, _ = build.communicate(timeout=240)
    assert build.returncode != 0, said
    december_pair.assert_equal()  # readers see the marts of the last good build
    prod.succeed("build")
    december_pair.assert_equal()
