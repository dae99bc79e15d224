"""One source of records for one client into one warehouse.

All tables are read first, then landed at once; one that cannot be read does not stop the others.
Tables that come in order by the million are landed in groups on the way. Within a group the keys
are remembered, across groups records replace each other: each is there once, in flat memory.
"""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from loaders import ledger
from loaders.errors import ApiError, NothingToRead, failure
from loaders.land import land
from loaders.records.held import Held
from loaders.records.table import Page, RecordTable, Span
from loaders.source import Job
from loaders.spool import Spool
from loaders.table import Rejected, Row, Table, fit, fit_timestamp
from loaders.windows import Window, closed_through

if TYPE_CHECKING:
    import pyarrow as pa

    from loaders.records.source import RecordReader, RecordSource

log = logging.getLogger(__name__)

GROUP_ROWS = 100_000  # of a table in order: landed at once
VANISHED_ALLOWED = 2
VANISHED_SHARE_LIMIT = 0.20


@dataclass
class Reading:
    """A table on its way: what is asked for, its run, and the rows that are not landed yet."""

    table: RecordTable
    span: Span
    run: ledger.Run
    spool: Spool
    keys: set[tuple[Any, ...]] = field(default_factory=set)  # of what lies in the spool
    doubles: int = 0


class RecordLoad:
    """One source of records for one client into one warehouse."""

    def __init__(self, source: "RecordSource", job: Job, now: datetime | None = None) -> None:
        self.source, self.job, self.account = source, job, job.account
        self.started_at = now or datetime.now(UTC)
        self.held = Held(source.name, job, self.started_at)
        place = (source.name, job.account.client_id, job.warehouse.fingerprint, "spool")
        self.folder = job.workdir / "_".join(place)

    @cached_property
    def reader(self) -> "RecordReader":
        """The connection to the account, opened by the first table that is read."""
        return self.source.open(self.account)

    def run(self) -> list[ledger.Run]:
        """Load, and write the ledger; errors end in the runs' verdicts, not in an exception."""
        readings = self._readings()
        try:
            for reading in readings:
                self._read(reading)
            self._finish([reading for reading in readings if reading.run.error is None])
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        runs = [reading.run for reading in readings]
        ledger.write(self.job.warehouse, *runs)
        return runs

    def _readings(self) -> list[Reading]:
        """What there is to read; NothingToRead when that is nothing in any table."""
        readings, early = [], None
        for table in self.source.of(self.account):
            try:
                readings.append(self._reading(table))
            except NothingToRead as problem:  # of days; tables without days are read
                early = problem
        if early and not readings:
            raise early
        return readings

    def _reading(self, table: RecordTable) -> Reading:
        span = self.held.span(table)
        start = (
            self.held.day(span.since)
            if span.since
            else min(self.account.start_date, self.held.today)
        )
        end = self.held.day(span.until) - timedelta(1) if span.until else self.held.today
        run = self.job.begin(self.source.name, table.name, start, max(start, end), self.started_at)
        run.is_dated = table.is_dated
        log.info("%s %s.%s: reading%s", run.client_id, run.source, table.name, span or " in full")
        return Reading(table, span, run, self._spool(table))

    def _spool(self, table: RecordTable) -> Spool:
        return Spool(self.folder / table.name, self.job.warehouse.import_format)

    def _read(self, reading: Reading) -> None:
        """Read a table into its spool, or its groups into the warehouse, and judge it."""
        run = reading.run
        try:
            for page in self.reader.read(reading.table, reading.span):
                self._take(reading, page)
                if reading.table.in_order and reading.spool.rows >= GROUP_ROWS:
                    self._land([reading])
            self._judge(reading)
        except Exception as error:
            run.verdict, run.error = failure(error)

    def _take(self, reading: Reading, page: Page) -> None:
        """Check the rows of a page, and spool those that fit and were not there before."""
        rows = []
        table = reading.table
        reading.run.rejected += [self._dated(table, one) for one in page.rejected]
        for line, raw in enumerate(page.rows, start=1):
            try:
                row = fit(table.table, _without_blanks(raw))
            except ValueError as reason:
                rejected = Rejected(page.origin, line, str(reason), raw)
                reading.run.rejected.append(self._dated(table, rejected))
                continue
            key = tuple(row[name] for name in table.table.key)
            if key in reading.keys:
                reading.doubles += 1
            else:
                reading.keys.add(key)
                rows.append(row)
        if rows:
            reading.spool.write(_batch(table.table, rows, self._tags))
        reading.run.rows_read += len(page.rows) + len(page.rejected)
        reading.run.rows_rejected = len(reading.run.rejected)

    @property
    def _tags(self) -> Row:
        return {"_client_id": self.account.client_id, "_loaded_at": self.started_at}

    def _judge(self, reading: Reading) -> None:
        """Hold what came against what stands: "nothing" may mean "not now"."""
        run = reading.run
        came = run.rows_written + reading.spool.rows
        if run.rejected and not came:
            first = run.rejected[0]
            raise ApiError(
                f"{run.source}: none of {run.rows_read} rows of {run.table_name} can be read; "
                f"{first.origin}, line {first.line}: {first.reason}"
            )
        run.verdict = "ok" if came else "expected-empty"
        if not reading.table.in_order:  # of one in order, the keys are forgotten by the group
            held = self.held.keys(reading.table, reading.span)
            self._suspect(reading, len(held), len(held - reading.keys))

    def _suspect(self, reading: Reading, held: int, gone: int) -> None:
        """Fail a run that brought nothing, or a good deal less, of what stands where it read."""
        run = reading.run
        came = run.rows_written + reading.spool.rows
        gone -= len(run.rejected)
        many = gone > VANISHED_ALLOWED and gone >= VANISHED_SHARE_LIMIT * held
        if (many or (held and not came)) and not self.job.request.allow_empty:
            run.verdict = "suspicious-empty"
            run.error = (
                f"{came:,} rows came, and {gone:,} of the {held:,} that stand did not; "
                "--allow-empty takes it as it is"
            )

    def _finish(self, readings: Sequence[Reading]) -> None:
        """Land what is left, mark what vanished, and say what is complete."""
        try:
            self._land(readings)
            for reading in readings:
                self._mark_vanished(reading)
            readings = [reading for reading in readings if reading.run.error is None]
        except Exception as error:
            for reading in readings:
                reading.run.verdict, reading.run.error = failure(error)
            return
        for reading in readings:
            run = reading.run
            run.complete_through = closed_through(
                Window(run.window_start, run.window_end),
                read_at=run.started_at,
                timezone=self.account.timezone,
                closes_at=self.source.closes_at,
            )
            if reading.doubles:
                run.messages.append(f"{reading.doubles:,} came twice")

    def _land(self, readings: Sequence[Reading]) -> None:
        """Land what lies in the spools, all of it or nothing, and begin new ones."""
        full = [reading for reading in readings if reading.spool.rows]
        for reading in full:
            reading.spool.close()
        if full:
            land(
                self.job.warehouse,
                self.job.workdir,
                schema=self.source.name,
                name=self.account.client_id,
                landings=[self.source.landing(r.table, r.spool.files) for r in full],
            )
        for reading in full:
            reading.run.rows_written += reading.spool.rows
            for path in reading.spool.files:
                path.unlink()
            reading.spool, reading.keys = self._spool(reading.table), set()

    def _mark_vanished(self, reading: Reading) -> None:
        """Note when a record was found to be gone; one that cannot be read is not gone."""
        if reading.run.rejected:
            return
        which, parameters = self.held.which(reading.table, reading.span)
        condition = f"{which} and _loaded_at < %s"
        parameters = [*parameters, self.started_at]
        name = f"{self.source.name}.{reading.table.name}"
        ((vanished,),) = self.job.warehouse.query(
            f"select count(*) from {name} where {condition}",  # noqa: S608
            parameters,
        )
        if reading.table.in_order:
            self._suspect(reading, self.held.rows(reading.table, reading.span), vanished)
        if vanished and not reading.run.error:
            self.job.warehouse.execute(
                f"update {name} set _removed_at = %s where {condition}",  # noqa: S608
                [self.started_at, *parameters],
            )
            reading.run.messages.append(f"{vanished:,} have vanished upstream")

    def _dated(self, table: RecordTable, rejected: Rejected) -> Rejected:
        """The row with the day to which it belongs, if it says one: it spoils no other."""
        if not table.is_dated or not isinstance(rejected.payload, dict):
            return rejected
        try:
            moment = fit_timestamp(rejected.payload.get(table.cursor))
        except ValueError:
            return rejected
        return replace(rejected, day=self.held.day(moment)) if moment else rejected


def _without_blanks(raw: Row) -> Row:
    """The row with nothing in place of blank text: a csv cannot tell the two apart."""
    return {name: None if value == "" else value for name, value in raw.items()}


def _batch(table: Table, rows: Sequence[Row], tags: Row) -> "pa.RecordBatch":
    """Rows as Arrow takes them to the warehouse, with the tags on each."""
    import pyarrow as pa

    moment = pa.timestamp("us", "UTC")
    types = {
        "date": pa.date32(),
        "text": pa.string(),
        "bigint": pa.int64(),
        "decimal": pa.decimal128(18, 4),
        "timestamp": moment,
        "bool": pa.bool_(),
        "json": pa.string(),
    }
    fields = [(name, types[column.type]) for name, column in table.columns.items()]
    columns = [pa.array([row[name] for row in rows], kind) for name, kind in fields]
    for name, value in tags.items():
        kind = moment if isinstance(value, datetime) else pa.string()
        fields.append((name, kind))
        columns.append(pa.repeat(pa.scalar(value, kind), len(rows)))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))
