"""Loads of PostHog's events: ours, and what dlt makes of the same pages as plain dictionaries.

`python -m bench.posthog TARGET` is the latter, a process of its own.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench.stand import BenchError, Spent, Stand
from bench.warehouses import Warehouse

PLAIN = "plain"  # the schema of the plain table
START = date(2025, 12, 1)


def ours(stand: Stand, warehouse: Warehouse, events: int) -> Spent:
    """The command, into an empty warehouse."""
    command = ("-m", "signalroom", "load", "posthog", "--target", warehouse.target)
    return _measured(stand, warehouse, command, "posthog", events)


def plain(stand: Stand, warehouse: Warehouse, events: int) -> Spent:
    """Dictionaries through dlt, into an empty warehouse."""
    return _measured(stand, warehouse, ("-m", "bench.posthog", warehouse.target), PLAIN, events)


def _measured(
    stand: Stand, warehouse: Warehouse, command: tuple[str, ...], schema: str, events: int
) -> Spent:
    stand.sandbox.posthog.lift_limits()
    stand.sandbox.posthog.serve(events, events)
    environ = warehouse.environ | stand.sandbox.environ("posthog")
    spent = stand.run((sys.executable, *command), environ)
    found = warehouse.query(f"select count(*), count(distinct uuid) from {schema}.events")
    if found != [(events, events)]:
        raise BenchError(f"{schema}.events has {found[0]} rows and UUIDs, PostHog {events}")
    return spent


def load_plainly(target: str) -> None:
    """What dlt's own examples do: yield dictionaries, and merge them by their id."""
    import dlt

    from loaders.source import Account
    from loaders.sources.posthog import EVENTS, Posthog
    from loaders.warehouse import Postgres
    from loaders.windows import Window

    settings = {name: os.environ[f"POSTHOG_{name.upper()}"] for name in ("api_key", "project_id")}
    settings["host"] = os.environ["POSTHOG_HOST"]
    reader = Posthog(Account("713", "America/New_York", "USD", START, settings))

    @dlt.resource(primary_key="uuid", write_disposition="merge", max_table_nesting=0)
    def events() -> Iterator[list[dict[str, Any]]]:
        for page in reader.read(EVENTS, Window(START)):
            yield [row | {"properties": json.loads(row["properties"])} for row in page.rows]

    # not our DuckDB's limit of memory: under it, dlt's merge of a million does not come to an end
    duckdb = target == "dev"
    dlt.pipeline(
        "plain",
        destination=dlt.destinations.duckdb(os.environ["DUCKDB_PATH"])
        if duckdb
        else Postgres(os.environ).destination(),
        dataset_name=PLAIN,
        pipelines_dir=str(Path(".dlt") / "plain"),
    ).run(events())


if __name__ == "__main__":
    load_plainly(sys.argv[1])
