"""The bench on a few small files: what it compares holds the same, and every step measures."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench import measures, posthog
from bench.__main__ import table
from bench.measures import RAW, Measures
from bench.scale import multiply
from bench.stand import Spent, Stand, stand
from bench.warehouses import BARE, TABLES, DuckDB, Postgres, Warehouse
from sandbox.order_columns import COLUMNS
from sandbox.orders import Volume

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ground() -> Iterator[Stand]:
    """Out of pytest's folder, as the server's is that all tests share."""
    with (
        TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder,
        stand(Path(folder), Volume(created=300, updated=300, days=6)) as made,
    ):
        yield made


def test_posthog_is_measured(ground: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loads themselves are held against what PostHog has."""
    monkeypatch.setattr(measures, "EVENTS", (200, 600))
    with ground.warehouse(Postgres) as ours:
        rows = list(Measures(ground, ours).posthog())
    assert [row.unit for row in rows] == ["/s", "MB", "/s", "MB", "MB"]
    assert all(row.ours > 0 for row in rows)


@pytest.mark.parametrize("load", [posthog.ours, posthog.plain])
def test_so_it_is_on_the_other_engine(ground: Stand, load: Callable[..., Spent]) -> None:
    with ground.warehouse(DuckDB) as ours:
        assert load(ground, ours, 200).seconds > 0


@pytest.mark.parametrize("kind", [Postgres, DuckDB])
def test_ours_and_the_bare_load_hold_the_same(
    ground: Stand, kind: type[Warehouse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "BUILD", ("dbt", "seed"))
    with ground.warehouse(kind) as ours, ground.warehouse(kind) as bare:
        steps = Measures(ground, ours)
        rows = [*steps.load(), *steps.nothing_new()]
        if kind is Postgres:
            rows += steps.new_day()
            assert rows[-1].what == "load and build of a new day / of all"
        assert all(row.ours > 0 for row in rows)
        assert table([(kind.engine, row) for row in rows]).row_count == len(rows)
        bare.bare(ground.files)
        for name in TABLES:
            loaded = cells(ours, f"{RAW}.{name}")
            assert len(loaded) == 300 * len(COLUMNS)
            for cell, theirs in zip(loaded, cells(bare, f"{BARE}.{name}"), strict=True):
                assert cell == theirs or "*" in str(cell)  # a card number, masked in ours


def cells(warehouse: Warehouse, name: str) -> list[object]:
    rows = warehouse.query(f"select {', '.join(COLUMNS)} from {name}")
    return [cell for row in sorted(rows, key=repr) for cell in row]


@pytest.mark.parametrize("kind", [Postgres, DuckDB])
def test_a_month_is_multiplied_as_the_ledger_says(ground: Stand, kind: type[Warehouse]) -> None:
    with ground.warehouse(kind) as made:
        ground.serve(ground.files)
        ground.signalroom(made, "load", "s3_exports")
        month = f"select count(*), count(distinct orders_id), min(_file_date) from {RAW}."
        (before,) = made.query(f"{month}orders_create")
        made.execute(list(multiply(made, 3)))
        (after,) = made.query(f"{month}orders_create")
        assert after[:2] == (3 * before[0], 3 * before[1])
        assert after[2] == before[2] - timedelta(days=62)
        for name in TABLES:
            by_file = "group by _file_name order by _file_name"
            assert made.query(f"select _file_name, count(*) from {RAW}.{name} {by_file}") == sorted(
                made.query(
                    f"select file_name, rows from ops.loaded_files where table_name = '{name}'"
                )
            )
