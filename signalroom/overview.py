"""The state of each source, from the warehouse alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from loaders import ledger
from loaders.registry import SOURCES, Source
from loaders.warehouse import Warehouse
from loaders.windows import covered_through
from signalroom.config.clients import Client


@dataclass(frozen=True)
class SourceState:
    """A source of a client: its newest run, and the day up to which every day was read closed."""

    client_id: str
    source: str
    last_load: datetime | None
    rows: int
    rejected: int | None
    complete_through: date | None
    verdict: str
    error: str | None

    def cells(self) -> tuple[Any, ...]:
        """The state as a row of a table."""
        loaded = f"{self.last_load.astimezone(UTC):%Y-%m-%d %H:%M}" if self.last_load else None
        return (
            self.client_id,
            self.source,
            loaded,
            self.rows,
            self.rejected,
            self.complete_through,
            self.verdict,
            self.error,
        )


def source_states(warehouse: Warehouse, clients: Sequence[Client]) -> Iterator[SourceState]:
    """The state of every enabled source of each client."""
    for client, source in _enabled(clients):
        run = ledger.last_run(warehouse, source.name, client.client_id) or {}
        yield SourceState(
            client_id=client.client_id,
            source=source.name,
            last_load=run.get("finished_at"),
            rows=sum(
                _rows(warehouse, source.name, table.name, client.client_id)
                for table in source.tables
            ),
            rejected=_rejected(warehouse, run),
            complete_through=covered_through(
                client.start_date, source.complete_days(warehouse, client.account({}))
            ),
            verdict=run.get("verdict", "never loaded"),
            error=run.get("error"),
        )


def file_states(warehouse: Warehouse, clients: Sequence[Client]) -> Iterator[tuple[Any, ...]]:
    """The loaded files of each table, as rows: client, table, files, rows and so on."""
    counted = ledger.count_files(warehouse)
    for client, source in _enabled(clients):
        for table in source.tables:
            counts = counted.get((client.client_id, table.name))
            if counts:
                yield (client.client_id, f"{source.name}.{table.name}", *counts)


def _enabled(clients: Sequence[Client]) -> Iterator[tuple[Client, Source]]:
    for client in clients:
        for name, source in SOURCES.items():
            if name in client.sources:
                yield client, source


def _rejected(warehouse: Warehouse, run: Mapping[str, Any]) -> int | None:
    """The rows that a run rejected, in all tables of its source."""
    if not run:
        return None
    ((rejected,),) = warehouse.query(
        "select cast(sum(rows_rejected) as bigint) from ops.load_runs "
        "where run_id = %s and source = %s and client_id = %s",
        (run["run_id"], run["source"], run["client_id"]),
    )
    return int(rejected)


def _rows(warehouse: Warehouse, schema: str, table: str, client_id: str) -> int:
    if table not in warehouse.columns(schema):
        return 0
    sql = f"select count(*) from {schema}.{table} where _client_id = %s"  # noqa: S608
    return int(warehouse.query(sql, (client_id,))[0][0])
