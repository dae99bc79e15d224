"""Sources of records: tables whose rows are known by a key, and change after they were made.

A run reads what is new or changed, in full where a service cannot tell; a record that was read
takes the place of the one with its key. What stood where a run read and did not come again has
vanished upstream: it stays, with the time of that run in `_removed_at`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Protocol

from loaders import ledger
from loaders.land import Landing
from loaders.records.held import Held
from loaders.records.load import RecordLoad
from loaders.records.table import Page, RecordTable, Span
from loaders.source import Account, Finding, Job, Setting
from loaders.table import DLT_COLUMNS, SYSTEM_COLUMNS, Hints
from loaders.warehouse import Warehouse

REMOVED: Hints = {"_removed_at": {"data_type": "timestamp", "nullable": True}}


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
        complete = table.table.makes_days_complete
        return Landing(table.name, columns, key, key, files=files, makes_days_complete=complete)

    def plan(self, job: Job, now: datetime) -> Iterator[str]:
        """What would be read of each table, and the rows that stand in it."""
        held = Held(self.name, job, now)
        for table in self.of(job.account):
            span = held.span(table)
            what = str(span) or " in full"
            yield (
                f"would read {self.name}.{table.name}{what} into {job.warehouse.name}, where "
                f"{held.rows(table, span):,} rows stand of that"
            )

    def load(self, job: Job) -> Iterator[ledger.Run]:
        """One run for each table; those that only this account has are made first."""
        own = [self.landing(table) for table in self.of(job.account) if table not in self.tables]
        if own:
            ledger.create_tables(job.warehouse, schema=self.name, landings=own)
        yield from RecordLoad(self, job).run()

    def examine(self, account: Account) -> Iterator[Finding]:
        """What an open connection finds."""
        yield from self.open(account).examine()

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days that were over when each of the tables that decide was read."""
        tables = self.of(account) or self.tables
        tables = [table for table in tables if table.table.makes_days_complete] or tables
        days = [ledger.covered(warehouse, self.name, table.name, account) for table in tables]
        return set.intersection(*days)
