"""Sources of records: tables whose rows are known by a key, and change after they were made.

A run reads what is new or changed, in full where a service cannot tell; a record that was read
takes the place of the one with its key. What stood where a run read and did not come again has
vanished upstream: it stays, with the time of that run in `_removed_at`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from loaders import ledger
from loaders.land import Landing
from loaders.records.load import RecordLoad
from loaders.source import Account, Finding, Job, Setting
from loaders.table import DLT_COLUMNS, SYSTEM_COLUMNS, Hints, Rejected, Row, Table
from loaders.warehouse import Warehouse

REMOVED: Hints = {"_removed_at": {"data_type": "timestamp", "nullable": True}}


@dataclass(frozen=True)
class RecordTable:
    """A table of records and how far back a run reads.

    `cursor` is an SQL expression over the raw columns, a moment; without one, every run reads
    everything. With one, a run begins `look_back` before the newest that stands in the warehouse.
    `is_dated`: the cursor is a column that says when the record happened, not when it changed; then
    the dates that a user asks for hold, and nothing before the client's start date is read.
    `in_order`: records come by their cursor and may be many; they are landed in groups.
    """

    table: Table
    cursor: str | None = None
    look_back: timedelta = timedelta(0)
    is_dated: bool = False
    in_order: bool = False

    @property
    def name(self) -> str:
        return self.table.name

    def __post_init__(self) -> None:
        if (self.is_dated or self.in_order) and not self.cursor:
            raise ValueError(f"{self.name}: without a cursor it is neither dated nor in order")
        if self.is_dated and self.cursor not in self.table.columns:
            raise ValueError(f"{self.name}: {self.cursor} is no column of it")
        if not all(self.table.columns[name].required for name in self.table.key):
            raise ValueError(f"{self.name}: the columns of its key must be required")


@dataclass(frozen=True)
class Span:
    """What to read of a table: moments in UTC, the first included, the last not; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        since = f" since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{since}{until}"


@dataclass(frozen=True)
class Page:
    """Rows by our column names, as one answer held them; `origin` says to a person which."""

    origin: str
    rows: Sequence[Row]
    rejected: Sequence[Rejected] = ()


class RecordReader(Protocol):
    """An open connection to one account."""

    def read(self, table: RecordTable, span: Span) -> Iterator[Page]:
        """The records of a span, or more; ApiError when the service does not answer properly."""

    def examine(self) -> Iterator[Finding]:
        """Whether the account is reachable, and what is odd about it."""


@dataclass(frozen=True)
class RecordSource:
    """A service of records; `closes_at` is the hour of the next day from which a day is over.

    `tables` are there in any case; `tables_of` says which ones an account has, where they differ.
    """

    name: str
    tables: tuple[RecordTable, ...]
    settings: tuple[Setting, ...]
    closes_at: time
    open: Callable[[Account], RecordReader]
    tables_of: Callable[[Account], Sequence[RecordTable]] | None = None

    def of(self, account: Account) -> Sequence[RecordTable]:
        """The tables to read for an account."""
        return self.tables_of(account) if self.tables_of else self.tables

    def landings(self) -> list[Landing]:
        """Its tables."""
        return [self.landing(table) for table in self.tables]

    def landing(self, table: RecordTable, files: Sequence[Path] = ()) -> Landing:
        """A table as dlt lands it: records replaced by client and key."""
        key = ("_client_id", *table.table.key)
        columns = table.table.dlt_columns() | SYSTEM_COLUMNS | REMOVED | DLT_COLUMNS
        return Landing(table.name, columns, key, replaces=key, files=files)

    def plan(self, job: Job, now: datetime) -> Iterator[str]:
        """What would be read of each table, and the rows that stand in it."""
        load = RecordLoad(self, job, now)
        for table in self.of(job.account):
            span = load.span(table)
            what = str(span) or " in full"
            yield (
                f"would read {self.name}.{table.name}{what} into {job.warehouse.name}, where "
                f"{load.rows_held(table, span):,} rows stand of that"
            )

    def load(self, job: Job) -> Iterator[ledger.Run]:
        """One run for each table; those that only this account has are made first."""
        own = [self.landing(table) for table in self.of(job.account) if table not in self.tables]
        if own:
            ledger.create_tables(job.warehouse, job.workdir, schema=self.name, landings=own)
        yield from RecordLoad(self, job).run()

    def examine(self, account: Account) -> Iterator[Finding]:
        """What an open connection finds."""
        yield from self.open(account).examine()

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days that were over when each table was read."""
        tables = self.of(account) or self.tables
        days = [ledger.covered(warehouse, self.name, table.name, account) for table in tables]
        return set.intersection(*days)
