"""What the warehouse knows of its own loads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from loaders import ledger
from loaders.registry import SOURCES
from loaders.warehouse import Warehouse
from loaders.windows import covered_through
from signalroom.clients import Client


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
    for client in clients:
        for name, source in SOURCES.items():
            if name not in client.sources:
                continue
            run = ledger.last_run(warehouse, name, client.client_id) or {}
            covered = ledger.covered(
                warehouse,
                name,
                client_id=client.client_id,
                timezone=client.timezone,
                currency=client.currency,
            )
            yield SourceState(
                client_id=client.client_id,
                source=name,
                last_load=run.get("finished_at"),
                rows=sum(
                    _rows(warehouse, name, landing.table, client.client_id)
                    for landing in source.landings()
                ),
                rejected=run.get("rows_rejected"),
                complete_through=covered_through(client.start_date, covered),
                verdict=run.get("verdict", "never loaded"),
                error=run.get("error"),
            )


def _rows(warehouse: Warehouse, schema: str, table: str, client_id: str) -> int:
    if table not in warehouse.columns(schema):
        return 0
    sql = f"select count(*) from {schema}.{table} where _client_id = %s"  # noqa: S608
    return int(warehouse.query(sql, (client_id,))[0][0])
