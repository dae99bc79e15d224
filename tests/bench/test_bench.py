"""The bench on a few small files: what it compares holds the same, and every step measures."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench import measures, posthog
from bench.__main__ import table
from bench.measures import RAW, Measures
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
