"""Sources of records: tables whose rows are known by a key, and change after they were made.

A run reads what is new or changed, in full where a service cannot tell; a record that was read
takes the place of the one with its key. What exists where two runs read and did not come again was
deleted at the source: it stays, with the time of the second in `_removed_at`. One look is no proof,
but of a table that turns over, or where the user says so.

All tables are read first, then landed at once; one that cannot be read does not stop the others.
Tables that come in order by the million are landed in groups on the way. Within a group the keys
are remembered, across groups records replace each other: each is there once, in flat memory.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

from loaders import clock, ledger
from loaders.buffer import Buffer, batch_of
from loaders.errors import NothingToRead
from loaders.existing import Existing
from loaders.fitting import fit_timestamp
from loaders.guard import decide
from loaders.land import Upload, land
from loaders.ops import Run
from loaders.source import Account, Finding, Job, Setting
from loaders.table import Page, Rejected, Table, fit
from loaders.verify import judge_records
from loaders.warehouse import Warehouse
from loaders.windows import Window, closed_through, local_day

log = logging.getLogger(__name__)

GROUP_ROWS = 100_000  # of a table in order: landed at once


class RecordReader(Protocol):
    """An open connection to one account."""

    def read(self, table: Table, window: Window) -> Iterator[Page]:
        """The records of a window, or more; ApiError when the service does not answer properly."""

    def examine(self) -> Iterator[Finding]:
        """Whether the account is reachable, and what is odd about it."""


@runtime_checkable
class ReadsAlone(Protocol):
    """A connection that can ask for what exists and was not in a list, which may hide some."""

    def read_alone(self, table: Table, keys: Iterable[tuple[Any, ...]]) -> Iterator[Page]:
        """The records of these keys that there are; of a table whose list is whole, none."""


@dataclass(frozen=True)
class RecordSource:
    """A service of records; `closes_at` is the hour of the next day from which a day is over.

    `tables` are there in any case; `tables_of` says which ones an account has, where they differ.
    """

    name: str
    tables: tuple[Table, ...]
    settings: tuple[Setting, ...]
    closes_at: time
    open: Callable[[Account], RecordReader]
    tables_of: Callable[[Account], Sequence[Table]] | None = None

    def of(self, account: Account) -> Sequence[Table]:
        """The tables to read for an account."""
        return self.tables_of(account) if self.tables_of else self.tables

    def plan(self, job: Job, now: datetime) -> Iterator[str]:
        """What would be read of each table, and how many rows exist of it."""
        existing = Existing(self.name, job, now)
        for table in self.of(job.account):
            window = existing.window(table)
            yield (
                f"would read {self.name}.{table.name} {window} into {job.warehouse.name}; "
                f"{existing.count(table, window):,} existing rows in that range"
            )

    def load(self, job: Job) -> Iterator[Run]:
        """One run for each table; those that only this account has are made first."""
        own = [table for table in self.of(job.account) if table not in self.tables]
        if own:
            ledger.create_tables(job.warehouse, schema=self.name, tables=own)
        yield from RecordLoad(self, job).run()

    def examine(self, account: Account) -> Iterator[Finding]:
        yield from self.open(account).examine()

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days that were over when each of the tables that decide was read."""
        tables = self.of(account) or self.tables
        deciding = [table for table in tables if table.makes_days_complete] or tables
        days = [ledger.covered(warehouse, self.name, table.name, account) for table in deciding]
        return set.intersection(*days)


@dataclass
class Reading:
    """A table on its way: what is asked for, its run, and the rows that are not landed yet."""

    table: Table
    window: Window
    run: Run
    buffer: Buffer
    keys: set[tuple[Any, ...]] = field(default_factory=set)  # of what is in the buffer
    doubles: int = 0

    @property
    def rows(self) -> int:
        """How many rows came."""
        return self.run.rows_written + self.buffer.rows


class RecordLoad:
    """One source of records for one client into one warehouse."""

    def __init__(self, source: RecordSource, job: Job, now: datetime | None = None) -> None:
        self.source, self.job, self.account = source, job, job.account
        self.started_at = now or clock.now()
        self.existing = Existing(source.name, job, self.started_at)
        self.folder = job.folder(source.name, "buffer")

    @cached_property
    def reader(self) -> RecordReader:
        """The connection to the account, opened by the first table that is read."""
        return self.source.open(self.account)

    def run(self) -> list[Run]:
        """Load, and write the ledger; errors end in the runs' verdicts, not in an exception."""
        readings = self._plan()
        try:
            for reading in readings:
                self._read_and_judge(reading)
            self._land_and_mark([reading for reading in readings if reading.run.error is None])
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        runs = [reading.run for reading in readings]
        ledger.write(self.job.warehouse, *runs)
        return runs

    def _plan(self) -> list[Reading]:
        """What there is to read; NothingToRead when that is nothing in any table."""
        readings, early, today = [], None, self.existing.today
        for table in self.source.of(self.account):
            try:
                window = self.existing.window(table)
            except NothingToRead as problem:  # of days; tables without days are read
                early = problem
                continue
            start = window.start if window.since else min(self.account.start_date, today)
            days = Window(start, max(start, window.end if window.until else today))
            run = Run.begin(self.job, self.source.name, table.name, days, self.started_at)
            run.is_dated = table.is_dated
            log.info("%s %s.%s: reading %s", run.client_id, run.source, table.name, window)
            readings.append(Reading(table, window, run, self._buffer(table)))
        if early and not readings:
            raise early
        return readings

    def _buffer(self, table: Table) -> Buffer:
        return Buffer(self.folder / table.name, self.job.warehouse.import_format)

    def _read_and_judge(self, reading: Reading) -> None:
        """Read a table into its buffer, or its groups into the warehouse, and judge it."""
        try:
            for page in self.reader.read(reading.table, reading.window):
                self._read(reading, page)
                if reading.table.in_order and reading.buffer.rows >= GROUP_ROWS:
                    self._land([reading])
            reading.run.check_readable(reading.rows)
            if not reading.table.in_order:  # of one in order, the keys are forgotten by the group
                columns = reading.table.sql_key
                found = set(self.existing.rows(reading.table, reading.window, columns))
                if isinstance(self.reader, ReadsAlone):
                    for page in self.reader.read_alone(reading.table, sorted(found - reading.keys)):
                        self._read(reading, page)
                unseen = self.existing.unseen(reading.table, reading.window)
                found -= set(self.existing.select(reading.table, columns, unseen))
                missing = found - reading.keys
                self._judge(reading, len(found), len(missing), missing, found & reading.keys)
        except Exception as error:
            reading.run.fail(error)

    def _read(self, reading: Reading, page: Page) -> None:
        """Check the rows of a page, and keep those that fit and were not there before."""
        rows = []
        table = reading.table
        rejected = list(page.rejected)
        for line, raw in enumerate(page.rows, start=1):
            try:
                row = fit(table, raw)
            except ValueError as reason:
                rejected.append(Rejected(page.origin, line, str(reason), raw, by_fit=True))
                continue
            key = tuple(row[name] for name in table.key)
            if key in reading.keys:
                reading.doubles += 1
            else:
                reading.keys.add(key)
                rows.append(row)
        run = reading.run
        run.rejected += [self._dated(table, one) for one in rejected]
        run.rows_read += len(page.rows) + len(page.rejected)
        run.rows_rejected = len(run.rejected)
        if rows:
            tags = {"_client_id": self.account.client_id, "_loaded_at": self.started_at}
            reading.buffer.write(batch_of(table, rows, tags))

    def _dated(self, table: Table, rejected: Rejected) -> Rejected:
        """The row with the day to which it belongs, if it says one: it spoils no other."""
        if not table.is_dated or not isinstance(rejected.payload, dict):
            return rejected
        try:
            moment = fit_timestamp(rejected.payload.get(table.cursor))
        except ValueError:
            return rejected
        day = local_day(moment, self.account.timezone) if moment else None
        return replace(rejected, day=day)

    def _judge(
        self,
        reading: Reading,
        existing: int,
        missing: int,
        missing_keys: Iterable[object],
        came: Iterable[object],
    ) -> None:
        """Set the run's verdict by what exists where it read; "nothing" may mean "not now"."""
        judgement = judge_records(
            reading.rows,
            existing=existing,
            missing=missing - len(reading.run.rejected),
            allow_empty=self.job.request.allow_empty,
            turns_over=reading.table.turns_over,
        )
        warehouse = self.job.warehouse
        decide(warehouse, reading.run, judgement, missing=missing_keys, came=came)

    def _land_and_mark(self, readings: Sequence[Reading]) -> None:
        """Land what is left, mark what was deleted, and say what is complete."""
        try:
            self._land(readings)
            for reading in readings:
                self._mark(reading)
        except Exception as error:
            for reading in readings:
                reading.run.fail(error)
                reading.run.complete_through = None

    def _land(self, readings: Sequence[Reading]) -> None:
        """Land what is in the buffers, all of it or nothing, and begin new ones."""
        full = [reading for reading in readings if reading.buffer.rows]
        for reading in full:
            reading.buffer.close()
        if full:
            uploads = [Upload(r.table, files=r.buffer.files) for r in full]
            land(self.job, self.source.name, uploads)
        for reading in full:
            reading.run.rows_written += reading.buffer.rows
            for path in reading.buffer.files:
                path.unlink()
            reading.buffer, reading.keys = self._buffer(reading.table), set()

    def _mark(self, reading: Reading) -> None:
        """Mark the records that were deleted at the source, and say which days are complete."""
        run, table = reading.run, reading.table
        missing = unseen = 0
        if not run.rejected:  # a record that cannot be read is not deleted
            self.existing.drop_restated(table, reading.window)
            missing, unseen = self.existing.count_missing(table, reading.window)
        if table.in_order:
            existing = self.existing.count(table, reading.window)
            lost, came = (self.existing.keys(table, reading.window, sign) for sign in ("<", "="))
            self._judge(reading, existing - unseen, missing - unseen, lost, came)
        if run.error:
            return
        at_once = table.turns_over or self.job.request.allow_empty
        deleted = missing if at_once else unseen
        if deleted:
            self.existing.mark_removed(table, reading.window, at_once=at_once)
            run.messages.append(f"{deleted:,} deleted at the source")
        if waiting := missing - deleted:
            run.messages.append(
                f"{waiting:,} no longer in the list; marked removed when the next full read says so"
            )
        if reading.doubles:
            run.messages.append(f"{reading.doubles:,} came twice")
        if table.own_id and (shared := self.existing.sharing_an_id(table)):
            run.messages.append(f"{shared:,} share their {table.own_id} with others")
        days = Window(run.window_start, run.window_end, self.account.timezone)
        run.complete_through = closed_through(days, self.started_at, self.source.closes_at)
