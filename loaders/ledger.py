"""The ledger in schema `ops`: what was read, when, and with what verdict; and the rejected rows.

A run's row is written after its data: no row means not loaded. What to read next is decided from
here, so a new machine knows it.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.drift import altered, lost
from loaders.errors import LoadError, WarehouseError
from loaders.land import Landing, create_missing, land
from loaders.table import Rejected
from loaders.verdict import GOOD, Verdict
from loaders.warehouse import Warehouse
from loaders.windows import Window

if TYPE_CHECKING:
    from loaders.source import Account

log = logging.getLogger(__name__)

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
        window_start="date",
        window_end="date",
        origin="text",
        line="bigint",
        reason="text",
        payload="text",
        rejected_at="timestamp",
    ),
    key=("rejected_row_id",),
)


LOADED_FILES = Landing(
    "loaded_files",
    _columns(
        client_id="text",
        table_name="text",
        file_name="text",
        etag="text",
        size="bigint",
        last_modified="timestamp",
        file_date="date",
        covers_day="bool",
        rows="bigint",
        rows_rejected="bigint",
        cells_masked="bigint",
        run_id="text",
        loaded_at="timestamp",
    ),
    key=("client_id", "table_name", "file_name"),
)
HASH_SALT = Landing("hash_salt", _columns(salt="text", created_at="timestamp"), key=("salt",))


LEDGER = (LOAD_RUNS, REJECTED_ROWS, LOADED_FILES, HASH_SALT)


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
    notes: list[str] = field(default_factory=list, repr=False)  # said, not kept
    nothing_new: str | None = field(default=None, repr=False)  # said in place of window and rows
    is_dated: bool = field(default=True, repr=False)  # or its window is no part of what was read

    def as_row(self) -> dict[str, Any]:
        row = asdict(self)
        for name in ("rejected", "notes", "nothing_new", "is_dated"):
            del row[name]
        return row


@dataclass(frozen=True)
class LoadedFile:
    """One row of `ops.loaded_files`: the version of a file that stands in the raw table.

    `covers_day` says that it was written after its day had ended in the client's zone.
    """

    client_id: str
    table_name: str
    file_name: str
    etag: str
    size: int
    last_modified: datetime
    file_date: date
    covers_day: bool
    rows: int
    rows_rejected: int
    cells_masked: int
    run_id: str
    loaded_at: datetime


def create_ledger(warehouse: Warehouse, workdir: Path) -> None:
    """Create the tables of `ops` where they are missing.

    LoadError when something was taken out of them: what is loaded and what was rejected is decided
    from here, and must not be guessed.
    """
    gone = lost(warehouse, OPS, LEDGER)
    if gone and LOAD_RUNS.table in warehouse.columns(OPS):
        raise LoadError(
            f"{', '.join(gone)} is gone from {warehouse.name}: somebody dropped or renamed it; put "
            f"it back, or drop {OPS}.{LOAD_RUNS.table}, and every day is read again"
        )
    create_missing(warehouse, workdir, schema=OPS, landings=LEDGER)
    if not warehouse.query(f"select 1 from {OPS}.{HASH_SALT.table}"):  # noqa: S608
        salt = {"salt": secrets.token_hex(32), "created_at": datetime.now(UTC)}
        _land(warehouse, workdir, HASH_SALT, [salt])


def create_tables(
    warehouse: Warehouse, workdir: Path, *, schema: str, landings: Sequence[Landing]
) -> None:
    """Create the declared tables of a source where they are missing.

    Where something was lost of days that were loaded, they count as unread: the next load without
    dates reads them again. LoadError when it is a column that no row can be without.
    """
    gone = lost(warehouse, schema, landings)
    needed = [column for landing in landings for column in landing.needed(schema)]
    if gone:
        what = f"{', '.join(gone)} is gone from {warehouse.name}: somebody dropped or renamed it"
        if set(gone) & set(needed):
            raise LoadError(f"{what}; put it back, or drop the table, and it is read again")
        log.warning("%s; it is made again, and all of %s counts as not loaded", what, schema)
        warehouse.execute(
            f"update {OPS}.{LOAD_RUNS.table} set complete_through = null, "  # noqa: S608
            f"settled_through = null where source = '{schema}'"
        )
        tables = _listed([landing.table for landing in landings])
        warehouse.execute(
            f"delete from {OPS}.{LOADED_FILES.table} where table_name in ({tables})"  # noqa: S608
        )
    create_missing(warehouse, workdir, schema=schema, landings=landings)


def write(warehouse: Warehouse, workdir: Path, *runs: Run) -> None:
    """Write runs, after their rejected rows: a run without them would pass for a complete read."""
    _write_rejected(warehouse, workdir, runs)
    _land(warehouse, workdir, LOAD_RUNS, [run.as_row() for run in runs])


def write_files(
    warehouse: Warehouse, workdir: Path, files: Sequence[LoadedFile], runs: Sequence[Run]
) -> None:
    """Write files, after what the runs rejected so far: they are not read again."""
    _write_rejected(warehouse, workdir, runs)
    _land(warehouse, workdir, LOADED_FILES, [asdict(file) for file in files])


def doubt_files(warehouse: Warehouse, client_id: str, table: str, names: Sequence[str]) -> None:
    """Say that the rows of files are about to change: until they are noted, any version is new."""
    warehouse.execute(
        "update ops.loaded_files set etag = '' "  # noqa: S608
        "where client_id = %s and table_name = %s "
        f"and file_name in ({', '.join(['%s'] * len(names))})",
        [client_id, table, *names],
    )


def loaded_files(warehouse: Warehouse, client_id: str, table: str) -> dict[str, str]:
    """The files of a client that stand in a raw table, and the ETag of each."""
    if LOADED_FILES.table not in warehouse.columns(OPS):
        return {}
    rows = warehouse.query(
        "select file_name, etag from ops.loaded_files where client_id = %s and table_name = %s",
        (client_id, table),
    )
    return dict(rows)


def count_files(warehouse: Warehouse) -> dict[tuple[str, str], tuple[Any, ...]]:
    """By client and table: files, rows, rejected rows and masked cells, and the newest day."""
    if LOADED_FILES.table not in warehouse.columns(OPS):
        return {}
    rows = warehouse.query(
        "select client_id, table_name, count(*), cast(sum(rows) as bigint), "
        "cast(sum(rows_rejected) as bigint), cast(sum(cells_masked) as bigint), max(file_date) "
        "from ops.loaded_files group by client_id, table_name"
    )
    return {(client_id, table): tuple(counts) for client_id, table, *counts in rows}


def days_with_files(warehouse: Warehouse, client_id: str, table: str) -> set[date]:
    """The days of which a raw table has a file that was written after the day."""
    if LOADED_FILES.table not in warehouse.columns(OPS):
        return set()
    days = warehouse.query(
        "select file_date from ops.loaded_files "
        "where client_id = %s and table_name = %s and covers_day",
        (client_id, table),
    )
    return {day for (day,) in days}


def covered(warehouse: Warehouse, source: str, table: str, account: "Account") -> set[date]:
    """The client's days that were over when they were read, and stand in the warehouse like that.

    The newest good read of a day decides, as its rows are the ones that stand. In another time
    zone or currency than the client's present one they are other rows, and a day that lacks
    rejected rows is to be read again.
    """
    if not _is_readable(warehouse):
        return set()
    runs = warehouse.query(
        "select run_id, window_start, window_end, complete_through, timezone, currency "  # noqa: S608
        "from ops.load_runs where source = %s and client_id = %s "
        f"and table_name = %s and verdict in ({_listed(GOOD)}) order by started_at",
        (source, account.client_id, table),
    )
    spoiled = _spoiled_days(warehouse, source, table, account.client_id)
    days: set[date] = set()
    for run_id, start, end, complete_through, *place in runs:
        window = Window(start, end)
        if place != [account.timezone, account.currency]:
            days.difference_update(window.days())
        elif complete_through:
            days.update(day for day in window.days() if day <= complete_through)
        days -= spoiled.get(run_id, set()) & set(window.days())
    return days


def read_in_full(
    warehouse: Warehouse, source: str, table: str, account: "Account"
) -> datetime | None:
    """When the newest good run began that read a table from the client's start."""
    ((read_at,),) = warehouse.query(
        "select max(started_at) from ops.load_runs where source = %s and table_name = %s "  # noqa: S608
        f"and client_id = %s and window_start <= %s and verdict in ({_listed(GOOD)})",
        (source, table, account.client_id, account.start_date),
    )
    return read_at  # type: ignore[no-any-return]


def _spoiled_days(
    warehouse: Warehouse, source: str, table: str, client_id: str
) -> dict[str, set[date]]:
    """By run, the days that lack rejected rows."""
    rows = warehouse.query(
        "select run_id, date, window_start, window_end from ops.rejected_rows "
        "where source = %s and table_name = %s and client_id = %s",
        (source, table, client_id),
    )
    spoiled: dict[str, set[date]] = {}
    for run_id, day, start, end in rows:
        spoiled.setdefault(run_id, set()).update([day] if day else Window(start, end).days())
    return spoiled


def last_run(warehouse: Warehouse, source: str, client_id: str) -> dict[str, Any] | None:
    """The newest run of a source for a client, good or not; None where there was none."""
    if not _is_readable(warehouse):
        return None
    names = warehouse.columns(OPS)[LOAD_RUNS.table].keys() & LOAD_RUNS.columns.keys()
    rows = warehouse.query(
        f"select {', '.join(names)} from ops.load_runs "  # noqa: S608
        "where source = %s and client_id = %s "
        # runs into several tables begin at once: one that failed says more
        f"order by started_at desc, verdict in ({_listed(GOOD)}) limit 1",
        (source, client_id),
    )
    return dict(zip(names, rows[0], strict=True)) if rows else None


def _is_readable(warehouse: Warehouse) -> bool:
    """Whether there is a ledger; WarehouseError when somebody altered it."""
    if LOAD_RUNS.table not in warehouse.columns(OPS):
        return False
    gone = [f"{name} is gone" for name in lost(warehouse, OPS, [LOAD_RUNS])]
    changes = [*altered(warehouse, OPS, [LOAD_RUNS]), *gone]
    if changes:
        raise WarehouseError(f"{warehouse.name} was altered by hand: {'; '.join(changes)}")
    return True


def _write_rejected(warehouse: Warehouse, workdir: Path, runs: Sequence[Run]) -> None:
    for run in runs:
        run.finished_at = datetime.now(UTC)
    _land(
        warehouse,
        workdir,
        REJECTED_ROWS,
        [_rejected_row(run, row) for run in runs for row in run.rejected],
    )


def _land(
    warehouse: Warehouse, workdir: Path, table: Landing, rows: Sequence[dict[str, Any]]
) -> None:
    if rows:
        landing = replace(table, rows=rows)
        land(warehouse, workdir, schema=OPS, name="ledger", landings=[landing])


def _rejected_row(run: Run, rejected: Rejected) -> dict[str, Any]:
    """Keyed by its run and what it says: a later run must not take it from the one it spoiled."""
    payload = json.dumps(rejected.payload, default=str, sort_keys=True)
    whole = Window(run.window_start, run.window_end)
    place = [run.run_id, run.source, run.client_id, run.table_name]
    identity = [*place, rejected.origin, rejected.line, rejected.reason, payload]
    return {
        "rejected_row_id": hashlib.sha256(json.dumps(identity).encode()).hexdigest(),
        "run_id": run.run_id,
        "source": run.source,
        "client_id": run.client_id,
        "table_name": run.table_name,
        "date": rejected.day,
        "window_start": (rejected.window or whole).start,
        "window_end": (rejected.window or whole).end,
        "origin": rejected.origin,
        "line": rejected.line,
        "reason": rejected.reason,
        "payload": payload,
        "rejected_at": run.finished_at,
    }


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
