"""What stands of a source's records, and from where on it is to be read again."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loaders import ledger
from loaders.errors import NothingToRead
from loaders.records.table import RecordTable, Span
from loaders.source import Job
from loaders.windows import covered_through, local_day


class Held:
    """The records of one source and client in one warehouse, at the moment when a run begins."""

    def __init__(self, source: str, job: Job, now: datetime) -> None:
        self.source, self.job, self.account, self.now = source, job, job.account, now
        self.today = self.day(now)

    def span(self, table: RecordTable) -> Span:
        """What to ask for; NothingToRead when the client starts later.

        Whole days of the client's zone, so that a day is never read in part.
        """
        request = self.job.request
        if table.cursor is None:
            return Span()
        known = (
            set()
            if request.full_refresh
            else ledger.covered(self.job.warehouse, self.source, table.name, self.account)
        )
        if not table.is_dated:
            day = self._first_day(table, known, self.today)
            everything = day == self.account.start_date or self._is_due_in_full(table)
            return Span() if everything else Span(self.midnight(day))
        end = request.end_date
        start = request.start_date or self._first_day(table, known, end or self.today)
        if (end or self.today) < start:
            raise NothingToRead(
                f"client {self.account.client_id} starts on {start}, after {end or self.today}"
            )
        until = self.midnight(end + timedelta(1)) if end else None
        return Span(self.midnight(start), until)

    def rows(self, table: RecordTable, span: Span) -> int:
        """How many rows stand where a span reads."""
        if table.name not in self.job.warehouse.columns(self.source):
            return 0
        which, parameters = self.which(table, span)
        sql = f"select count(*) from {self.source}.{table.name} where {which}"  # noqa: S608
        return int(self.job.warehouse.query(sql, parameters)[0][0])

    def keys(self, table: RecordTable, span: Span) -> set[tuple[Any, ...]]:
        """The keys of the rows that stand where a table was read."""
        which, parameters = self.which(table, span)
        columns = ", ".join(table.table.key)
        name = f"{self.source}.{table.name}"
        sql = f"select {columns} from {name} where {which}"  # noqa: S608
        return set(self.job.warehouse.query(sql, parameters))

    def which(self, table: RecordTable, span: Span) -> tuple[str, list[Any]]:
        """The rows that stand where a span reads, as a condition and its parameters."""
        condition = "_client_id = %s and _removed_at is null"
        parameters: list[Any] = [self.account.client_id]
        bounds = {">=": span.since, "<": span.until}
        for sign, moment in bounds.items():
            if moment:
                condition += f" and {table.cursor} {sign} %s"
                parameters.append(moment)
        return condition, parameters

    def _first_day(self, table: RecordTable, known: set[date], end: date) -> date:
        """The day of the newest record less the look-back, or the first that was missed."""
        start, newest = self.account.start_date, self._newest(table)
        if newest is None:
            return start
        through = covered_through(start, known)
        missed = start if through is None else through + timedelta(1)
        return max(start, min(missed, min(self.day(newest), end) - table.look_back))

    def _newest(self, table: RecordTable) -> datetime | None:
        """The newest record that stands; a clock that is ahead must not hide what comes next."""
        if table.name not in self.job.warehouse.columns(self.source):
            return None
        ((newest,),) = self.job.warehouse.query(
            f"select max({table.cursor}) from {self.source}.{table.name} "  # noqa: S608
            f"where _client_id = %s and {table.cursor} <= %s",
            (self.account.client_id, self.now),
        )
        return newest  # type: ignore[no-any-return]

    def _is_due_in_full(self, table: RecordTable) -> bool:
        read_at = ledger.read_in_full(self.job.warehouse, self.source, table.name, self.account)
        return bool(table.full_every and read_at and self.now - read_at >= table.full_every)

    def day(self, moment: datetime) -> date:
        return local_day(moment, self.account.timezone)

    def midnight(self, day: date) -> datetime:
        zone = ZoneInfo(self.account.timezone)
        return datetime.combine(day, time(), zone).astimezone(UTC)
