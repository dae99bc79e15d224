"""What is built in steps, or after a build that died, is what is built at once."""

import time

import pytest

from tests.dbt.warehouses import ASIDE, INCREMENTAL, MODELS, Pair, finish, start_dbt

pytestmark = pytest.mark.slow


def test_a_build_whose_connections_are_cut(pair: Pair) -> None:
    """Readers see the marts of the last good build, and the next one is right."""
    prod = pair.prod
    assert prod.database is not None
    arguments = ("build", *MODELS, *ASIDE[:2])
    build = start_dbt(prod, *arguments)
    until = time.monotonic() + 240
    while not prod.query("select 1 from pg_tables where schemaname = 'marts_next'"):
        assert build.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    while not prod.database.cut("dbt%"):  # the next node's connection may not be there yet
        assert build.poll() is None
    said, _ = build.communicate(timeout=240)
    assert build.returncode != 0, said
    pair.assert_equal()
    finish([start_dbt(prod, *arguments)])
    pair.assert_equal()


def test_in_steps_equals_at_once(pair: Pair) -> None:
    """Files were replaced, removed and added, config was changed, a build died in between."""

    def stored() -> dict[tuple[str, str], list[str]]:
        return {
            (engine, table): sorted(map(str, project.query(f"select * from intermediate.{table}")))
            for engine, project in (("dev", pair.dev), ("prod", pair.prod))
            for table in INCREMENTAL
        }

    in_steps = stored()
    pair.dbt("run", "--full-refresh", "--select", *INCREMENTAL)
    assert stored() == in_steps
