"""The ledger in schema `ops`: what was read, when, and with what verdict; and the rejected rows.

A run's row is written after its data: no row means not loaded. What to read next is decided from
here, so a new machine knows it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from loaders.land import Landing, create_missing, land
from loaders.source import Account
from loaders.table import Rejected
from loaders.verdict import GOOD, Verdict
from loaders.warehouse import Warehouse
from loaders.windows import Window

OPS = "ops"


def _columns(**types: str) -> dict[str, dict[str, Any]]:
    return {name: {"data_type": data_type} for name, data_type in types.items()}


LOAD_RUNS = Landing(
    "load_runs",
    _columns(
        run_id="text",
        source="text",
        client_id="text",
        table_name="text",
        window_start="date",
        window_end="date",
        advertiser_id="text",
        timezone="text",
        currency="text",
        rows_read="bigint",
        rows_written="bigint",
        rows_rejected="bigint",
        days_emptied="bigint",
        min_date="date",
        max_date="date",
        complete_through="date",
        settled_through="date",
        verdict="text",
        started_at="timestamp",
        finished_at="timestamp",
        error="text",
    ),
    key=("run_id", "source", "client_id", "table_name"),
)
REJECTED_ROWS = Landing(
    "rejected_rows",
    _columns(
        rejected_row_id="text",
        run_id="text",
        source="text",
        client_id="text",
        table_name="text",
        date="date",
        origin="text",
        line="bigint",
        reason="text",
        payload="text",
        rejected_at="timestamp",
    ),
    key=("rejected_row_id",),
)


@dataclass
class Run:
    """One row of `ops.load_runs`: one run of one source for one client into one table."""

    run_id: str
    source: str
    client_id: str
    table_name: str
    window_start: date
    window_end: date
    advertiser_id: str | None
    timezone: str
    currency: str
    started_at: datetime
    rows_read: int = 0
    rows_written: int = 0
    rows_rejected: int = 0
    days_emptied: int = 0
    min_date: date | None = None
    max_date: date | None = None
    complete_through: date | None = None
    settled_through: date | None = None
    verdict: Verdict = "failed"
    finished_at: datetime | None = None
    error: str | None = None
    rejected: list[Rejected] = field(default_factory=list, repr=False)

    def as_row(self) -> dict[str, Any]:
        row = asdict(self)
        del row["rejected"]
        return row


def create_ledger(warehouse: Warehouse, workdir: Path) -> None:
    """Create the tables of `ops` where they are missing."""
    create_missing(warehouse, workdir, schema=OPS, landings=(LOAD_RUNS, REJECTED_ROWS))


def write(warehouse: Warehouse, workdir: Path, run: Run) -> None:
    """Write a run and its rejected rows."""
    run.finished_at = datetime.now(UTC)
    rejected = [_rejected_row(run, row) for row in run.rejected]
    land(
        warehouse,
        workdir,
        schema=OPS,
        name="ledger",
        landings=(_with_rows(LOAD_RUNS, [run.as_row()]), _with_rows(REJECTED_ROWS, rejected)),
    )


def covered(warehouse: Warehouse, source: str, account: Account) -> list[Window]:
    """The windows of days that were over when a good run read them, for this client.

    Runs in another time zone or currency than the client's present one do not count: their days
    are other days, and are read again.
    """
    if "load_runs" not in warehouse.columns(OPS):
        return []
    rows = warehouse.query(
        "select window_start, complete_through from ops.load_runs "  # noqa: S608
        "where source = %s and client_id = %s and timezone = %s and currency = %s "
        f"and complete_through is not null and verdict in ({_listed(GOOD)})",
        (source, account.client_id, account.timezone, account.currency),
    )
    return [Window(start, end) for start, end in rows]


def last_run(warehouse: Warehouse, source: str, client_id: str) -> dict[str, Any] | None:
    """The newest run of a source for a client, good or not; None where there was none."""
    if "load_runs" not in warehouse.columns(OPS):
        return None
    names = list(LOAD_RUNS.columns)
    rows = warehouse.query(
        f"select {', '.join(names)} from ops.load_runs "  # noqa: S608
        "where source = %s and client_id = %s order by started_at desc limit 1",
        (source, client_id),
    )
    return dict(zip(names, rows[0], strict=True)) if rows else None


def _with_rows(landing: Landing, rows: Sequence[dict[str, Any]]) -> Landing:
    return Landing(landing.table, landing.columns, landing.key, rows=rows)


def _rejected_row(run: Run, rejected: Rejected) -> dict[str, Any]:
    """Keyed by its run and what it says: a later run must not take it from the one it spoiled."""
    payload = json.dumps(rejected.payload, default=str, sort_keys=True)
    place = [run.run_id, run.source, run.client_id, run.table_name]
    identity = [*place, rejected.origin, rejected.line, rejected.reason, payload]
    return {
        "rejected_row_id": hashlib.sha256(json.dumps(identity).encode()).hexdigest(),
        "run_id": run.run_id,
        "source": run.source,
        "client_id": run.client_id,
        "table_name": run.table_name,
        "date": rejected.day,
        "origin": rejected.origin,
        "line": rejected.line,
        "reason": rejected.reason,
        "payload": payload,
        "rejected_at": run.finished_at,
    }


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
