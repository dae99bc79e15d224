"""The tables of schema `ops`: each is a dataclass, made and filled by plain SQL.

The columns and their types are those of the dataclass. What one transaction writes is there as a
whole or not at all.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, get_args, get_type_hints

from loaders.errors import ApiError, LoadError
from loaders.source import Job
from loaders.table import Issue, Rejected
from loaders.verify import Verdict
from loaders.warehouse import Declared, Warehouse
from loaders.windows import Window

OPS = "ops"
Day = date  # where a field has the name of its type
ROWS_AT_ONCE = 200
SQL_TYPES = {
    str: "varchar",
    int: "bigint",
    bool: "boolean",
    date: "date",
    datetime: "timestamp with time zone",
    Verdict: "varchar",
}
# what warehouses of an earlier release lack; anything else that is missing was taken out by hand
ADDED = frozenset(
    {
        "complete_tables",
        "load_issues",
        "accepted_issues",
        "load_runs.missing",
        "loaded_files.sort_key",
    }
)


@dataclass
class Run:
    """One row of `ops.load_runs`: one run of one source for one client into one table.

    What is left out of its repr is not stored.
    """

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
    missing: str | None = None  # digests of a part of what a suspicious answer lacked
    rejected: list[Rejected] = field(default_factory=list, repr=False)
    rejected_kept: int = field(default=0, repr=False)  # of `rejected`, written already
    issues: list[Issue] = field(default_factory=list, repr=False)
    issues_kept: int = field(default=0, repr=False)
    messages: list[str] = field(default_factory=list, repr=False)
    nothing_new: str | None = field(default=None, repr=False)  # in place of window and rows
    is_dated: bool = field(default=True, repr=False)  # or its window says nothing

    @classmethod
    def begin(
        cls, job: Job, source: str, table: str, window: Window, started_at: datetime
    ) -> "Run":
        """The run of one table over a window, before anything is known of it."""
        return cls(
            run_id=job.request.run_id,
            source=source,
            client_id=job.account.client_id,
            table_name=table,
            window_start=window.start,
            window_end=window.end,
            advertiser_id=None,
            timezone=job.account.timezone,
            currency=job.account.currency,
            started_at=started_at,
        )

    def check_readable(self, fitting: int) -> None:
        """ApiError when none of the rows fits its table."""
        if self.rejected and not fitting:
            first = self.rejected[0]
            raise ApiError(
                f"{self.source}: none of {self.rows_read:,} rows of {self.table_name} can be read; "
                f"{first.origin}, line {first.line}: {first.reason}"
            )


@dataclass(frozen=True)
class RejectedRow:
    """One row of `ops.rejected_rows`; its id is made of its run and what it says."""

    rejected_row_id: str
    run_id: str
    source: str
    client_id: str
    table_name: str
    date: Day | None
    window_start: Day
    window_end: Day
    origin: str
    line: int
    reason: str
    payload: str
    rejected_at: datetime | None

    @classmethod
    def of(cls, run: Run, rejected: Rejected) -> "RejectedRow":
        """The row as it is kept: a later run must not take it from the one that rejected it."""
        payload = json.dumps(rejected.payload, default=str, sort_keys=True)
        window = rejected.window or Window(run.window_start, run.window_end)
        place = (run.run_id, run.source, run.client_id, run.table_name)
        identity = [*place, rejected.origin, rejected.line, rejected.reason, payload]
        return cls(
            hashlib.sha256(json.dumps(identity).encode()).hexdigest(),
            *place,
            rejected.day,
            window.start,
            window.end,
            rejected.origin,
            rejected.line,
            rejected.reason,
            payload,
            run.finished_at,
        )


@dataclass(frozen=True)
class LoadIssue:
    """One row of `ops.load_issues`: what a run did not understand of a file or an answer.

    `first_date` to `last_date` is the day that it is about, or all that the run asked for.
    """

    run_id: str
    source: str
    client_id: str
    table_name: str
    origin: str
    first_date: date
    last_date: date
    kind: str
    word: str
    rows: int
    example: str
    holds_back: bool

    @classmethod
    def of(cls, run: Run, issue: Issue) -> "LoadIssue":
        return cls(
            run.run_id,
            run.source,
            run.client_id,
            run.table_name,
            issue.origin,
            issue.day or run.window_start,
            issue.day or run.window_end,
            issue.kind,
            issue.word,
            issue.rows,
            issue.example,
            issue.holds_back,
        )


@dataclass(frozen=True)
class AcceptedIssue:
    """One row of `ops.accepted_issues`: what somebody has looked at and wants believed.

    `subject` is the issue's word; where it has none, its file or request.
    """

    client_id: str
    source: str
    table_name: str
    kind: str
    subject: str
    accepted_at: datetime


@dataclass(frozen=True)
class LoadedFile:
    """One row of `ops.loaded_files`: the version of a file whose rows are in the raw table.

    `covers_day` says that it was written after its day had ended in the client's zone. The bytes of
    `sort_key` put the files of a day in their order.
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
    sort_key: str | None


@dataclass(frozen=True)
class HashSalt:
    """The one row of `ops.hash_salt`."""

    salt: str
    created_at: datetime


@dataclass(frozen=True)
class CompleteTable:
    """One row of `ops.complete_tables`: a day is complete when each of a source's tables is."""

    source: str
    table_name: str


def _sql_type(hint: Any) -> str:
    """The type of a column of either engine; an optional field's is that of its value."""
    kind = hint if hint in SQL_TYPES else next(k for k in get_args(hint) if k in SQL_TYPES)
    return SQL_TYPES[kind]


@dataclass(frozen=True)
class OpsTable:
    """A table of `ops`: its rows and what tells them apart."""

    name: str
    row: type
    key: tuple[str, ...]

    @cached_property
    def columns(self) -> dict[str, str]:
        hints = get_type_hints(self.row)
        return {f.name: _sql_type(hints[f.name]) for f in fields(self.row) if f.repr}

    def ddl(self) -> str:
        columns = ", ".join(
            f'"{name}" {kind}{" not null" if name in self.key else ""}'
            for name, kind in self.columns.items()
        )
        return f"create table {OPS}.{self.name} ({columns})"

    def insert(self, execute: Callable[..., None], rows: Sequence[Any]) -> None:
        """Add rows, within a transaction."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        one = f"({', '.join(['%s'] * len(self.columns))})"
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            values = [getattr(row, name) for row in some for name in self.columns]
            every = ", ".join([one] * len(some))
            execute(f"insert into {OPS}.{self.name} ({names}) values {every}", values)  # noqa: S608


LOAD_RUNS = OpsTable("load_runs", Run, ("run_id", "source", "client_id", "table_name"))
REJECTED_ROWS = OpsTable("rejected_rows", RejectedRow, ("rejected_row_id",))
LOADED_FILES = OpsTable("loaded_files", LoadedFile, ("client_id", "table_name", "file_name"))
HASH_SALT = OpsTable("hash_salt", HashSalt, ("salt",))
COMPLETE_TABLES = OpsTable("complete_tables", CompleteTable, ("source", "table_name"))
LOAD_ISSUES = OpsTable("load_issues", LoadIssue, ("run_id", "source", "client_id", "table_name"))
ACCEPTED_ISSUES = OpsTable(
    "accepted_issues", AcceptedIssue, ("client_id", "source", "table_name", "kind", "subject")
)
TABLES = (
    LOAD_RUNS,
    REJECTED_ROWS,
    LOAD_ISSUES,
    ACCEPTED_ISSUES,
    LOADED_FILES,
    HASH_SALT,
    COMPLETE_TABLES,
)
DECLARED = {table.name: table.columns for table in TABLES}


def create(warehouse: Warehouse, complete_tables: Sequence[tuple[str, str]] = ()) -> None:
    """Create what is missing, and write which tables decide that a day is complete.

    LoadError when somebody altered the tables or took something out of them: what is loaded and
    what was rejected is decided from here, and must not be guessed.
    """
    warehouse.refuse_altered(OPS, DECLARED)
    gone = lost(warehouse)
    if gone:
        raise LoadError(
            f"{', '.join(gone)} is gone from {warehouse.name}: somebody dropped or renamed it; put "
            f"it back, or drop {OPS}.{LOAD_RUNS.name}, and every day is read again"
        )
    if missing := warehouse.missing(OPS, DECLARED):
        _create(warehouse, missing)
    if not warehouse.query(f"select 1 from {OPS}.{HASH_SALT.name}"):  # noqa: S608
        with warehouse.transaction() as execute:
            HASH_SALT.insert(execute, [HashSalt(secrets.token_hex(32), datetime.now(UTC))])
    table = f"{OPS}.{COMPLETE_TABLES.name}"
    if set(warehouse.query(f"select source, table_name from {table}")) != set(complete_tables):  # noqa: S608
        with warehouse.transaction() as execute:
            execute(f"delete from {table}")  # noqa: S608
            COMPLETE_TABLES.insert(execute, [CompleteTable(*names) for names in complete_tables])


def lost(warehouse: Warehouse, declared: Declared = DECLARED) -> list[str]:
    """What is missing of that which was there once."""
    if LOAD_RUNS.name not in warehouse.columns(OPS):
        return []
    missing = warehouse.missing(OPS, declared)
    return [name for name in missing if name.removeprefix(f"{OPS}.") not in ADDED]


def _create(warehouse: Warehouse, missing: Sequence[str]) -> None:
    existing = warehouse.columns(OPS)
    with warehouse.transaction() as execute:
        if not existing:
            execute(f"create schema if not exists {OPS}")
        for table in TABLES:
            if f"{OPS}.{table.name}" in missing:
                execute(table.ddl())
            for name, kind in table.columns.items():
                if f"{OPS}.{table.name}.{name}" in missing:
                    execute(f'alter table {OPS}.{table.name} add column "{name}" {kind}')
            for name in {"_dlt_id", "_dlt_load_id"} & set(existing.get(table.name, {})):
                # an earlier release wrote them with dlt, which fills its own columns
                execute(f"alter table {OPS}.{table.name} alter column {name} drop not null")
    warehouse.forget()
