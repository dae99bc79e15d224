"""One source of records for one client into one warehouse.

All tables are read first, then landed at once; one that cannot be read does not stop the others.
Tables that come in order by the million are landed in groups on the way. Within a group the keys
are remembered, across groups records replace each other: each is there once, in flat memory.
"""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from loaders import ledger
from loaders.errors import ApiError, NothingToRead, failure
from loaders.land import land
from loaders.source import Job
from loaders.spool import Spool
from loaders.table import Rejected, Row, Table, fit, fit_timestamp
from loaders.windows import Window, closed_through, covered_through, local_day

if TYPE_CHECKING:
    import pyarrow as pa

    from loaders.records.source import Page, RecordReader, RecordSource, RecordTable, Span

log = logging.getLogger(__name__)

GROUP_ROWS = 100_000  # of a table in order: landed at once
VANISHED_ALLOWED = 2
VANISHED_SHARE_LIMIT = 0.20


@dataclass
class Reading:
    """A table on its way: what is asked for, its run, and the rows that are not landed yet."""

    table: "RecordTable"
    span: "Span"
    run: ledger.Run
    spool: Spool
    keys: set[tuple[Any, ...]] = field(default_factory=set)  # of what lies in the spool
    doubles: int = 0


class RecordLoad:
    """One source of records for one client into one warehouse."""

    def __init__(self, source: "RecordSource", job: Job, now: datetime | None = None) -> None:
        self.source, self.job, self.account = source, job, job.account
        self.started_at = now or datetime.now(UTC)
        self.today = local_day(self.started_at, job.account.timezone)
        place = (source.name, job.account.client_id, job.warehouse.fingerprint, "spool")
        self.folder = job.workdir / "_".join(place)

    @cached_property
    def reader(self) -> "RecordReader":
        """The connection to the account, opened by the first table that is read."""
        return self.source.open(self.account)

    def run(self) -> list[ledger.Run]:
        """Load, and write the ledger; errors end in the runs' verdicts, not in an exception."""
        try:
            readings = [self._reading(table) for table in self.source.of(self.account)]
            for reading in readings:
                self._read(reading)
            self._finish([reading for reading in readings if reading.run.error is None])
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        runs = [reading.run for reading in readings]
        ledger.write(self.job.warehouse, self.job.workdir, *runs)
        return runs

    def span(self, table: "RecordTable") -> "Span":
        """What to ask for; NothingToRead when the client starts later.

        Whole days of the client's zone, so that a day is never read in part.
        """
        from loaders.records.source import Span

        request = self.job.request
        if table.cursor is None:
            return Span()
        known = set() if request.full_refresh else self._covered(table)
        if not table.is_dated:
            newest = self._newest(table) if known else None
            if newest is None:
                return Span()
            return Span(since=self._midnight(self._day(newest - table.look_back)))
        end = request.end_date
        start = request.start_date or self._first_day(table, known, end or self.today)
        if (end or self.today) < start:
            raise NothingToRead(f"client {self.account.client_id} starts on {start}, after {end}")
        until = self._midnight(end + timedelta(1)) if end else None
        return Span(self._midnight(start), until)

    def rows_held(self, table: "RecordTable", span: "Span") -> int:
        """How many rows stand where a span reads."""
        if table.name not in self.job.warehouse.columns(self.source.name):
            return 0
        which, parameters = self._which(table, span)
        sql = f"select count(*) from {self.source.name}.{table.name} where {which}"  # noqa: S608
        return int(self.job.warehouse.query(sql, parameters)[0][0])

    def _first_day(self, table: "RecordTable", known: set[date], end: date) -> date:
        """The day of the newest record less the look-back, or the first that was missed."""
        start, newest = self.account.start_date, self._newest(table)
        if newest is None:
            return start
        through = covered_through(start, known)
        missed = start if through is None else through + timedelta(1)
        return max(start, min(missed, min(self._day(newest), end) - table.look_back))

    def _newest(self, table: "RecordTable") -> datetime | None:
        """The newest record that stands; a clock that is ahead must not hide what comes next."""
        ((newest,),) = self.job.warehouse.query(
            f"select max({table.cursor}) from {self.source.name}.{table.name} "  # noqa: S608
            f"where _client_id = %s and {table.cursor} <= %s",
            (self.account.client_id, self.started_at),
        )
        return newest  # type: ignore[no-any-return]

    def _covered(self, table: "RecordTable") -> set[date]:
        return ledger.covered(self.job.warehouse, self.source.name, table.name, self.account)

    def _reading(self, table: "RecordTable") -> Reading:
        span = self.span(table)
        start = self._day(span.since) if span.since else min(self.account.start_date, self.today)
        end = self._day(span.until) - timedelta(1) if span.until else self.today
        run = self.job.begin(self.source.name, table.name, start, max(start, end), self.started_at)
        run.is_dated = table.is_dated
        log.info("%s %s.%s: reading%s", run.client_id, run.source, table.name, span or " in full")
        return Reading(table, span, run, self._spool(table))

    def _spool(self, table: "RecordTable") -> Spool:
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

    def _take(self, reading: Reading, page: "Page") -> None:
        """Check the rows of a page, and spool those that fit and were not there before."""
        rows = []
        reading.run.rejected += page.rejected
        for line, raw in enumerate(page.rows, start=1):
            try:
                row = fit(reading.table.table, _without_blanks(raw))
            except ValueError as reason:
                day = self._day_of(reading.table, raw)
                reading.run.rejected.append(Rejected(page.origin, line, str(reason), raw, day))
                continue
            key = tuple(row[name] for name in reading.table.table.key)
            if key in reading.keys:
                reading.doubles += 1
            else:
                reading.keys.add(key)
                rows.append(row)
        if rows:
            reading.spool.write(_batch(reading.table.table, rows, self._tags))
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
        held = self.rows_held(reading.table, reading.span)
        gone = held - came - len(run.rejected)
        run.verdict = "ok" if came else "expected-empty"
        allowed = self.job.request.allow_empty or gone <= VANISHED_ALLOWED
        if not allowed and gone >= VANISHED_SHARE_LIMIT * held:
            run.verdict = "suspicious-empty"
            run.error = f"{came:,} rows came where {held:,} stand; --allow-empty takes it as it is"

    def _finish(self, readings: Sequence[Reading]) -> None:
        """Land what is left, mark what vanished, and say what is complete."""
        try:
            self._land(readings)
            for reading in readings:
                self._mark_vanished(reading)
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
                run.notes.append(f"{reading.doubles:,} came twice")

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
        which, parameters = self._which(reading.table, reading.span)
        condition = f"{which} and _loaded_at < %s"
        parameters = [*parameters, self.started_at]
        name = f"{self.source.name}.{reading.table.name}"
        ((vanished,),) = self.job.warehouse.query(
            f"select count(*) from {name} where {condition}",  # noqa: S608
            parameters,
        )
        if vanished:
            self.job.warehouse.execute(
                f"update {name} set _removed_at = %s where {condition}",  # noqa: S608
                [self.started_at, *parameters],
            )
            reading.run.notes.append(f"{vanished:,} have vanished upstream")

    def _which(self, table: "RecordTable", span: "Span") -> tuple[str, list[Any]]:
        """The rows that stand where a span reads, as a condition and its parameters."""
        condition = "_client_id = %s and _removed_at is null"
        parameters: list[Any] = [self.account.client_id]
        bounds = {">=": span.since, "<": span.until}
        for sign, moment in bounds.items():
            if moment:
                condition += f" and {table.cursor} {sign} %s"
                parameters.append(moment)
        return condition, parameters

    def _day(self, moment: datetime) -> date:
        return local_day(moment, self.account.timezone)

    def _day_of(self, table: "RecordTable", raw: Row) -> date | None:
        """The day to which a row belongs that cannot be read, so that it spoils no other."""
        try:
            moment = fit_timestamp(raw.get(table.cursor or "")) if table.is_dated else None
        except ValueError:
            return None
        return self._day(moment) if moment else None

    def _midnight(self, day: date) -> datetime:
        zone = ZoneInfo(self.account.timezone)
        return datetime.combine(day, time(), zone).astimezone(UTC)


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
