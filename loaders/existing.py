"""What exists of a source's records in the warehouse, and from where on to read again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from loaders import ledger
from loaders.errors import NothingToRead
from loaders.source import Job
from loaders.table import Table
from loaders.windows import Window, covered_through, local_day


class Existing:
    """The records of one source and client in one warehouse, at the moment when a run begins."""

    def __init__(self, source: str, job: Job, now: datetime) -> None:
        self.source, self.job, self.account, self.now = source, job, job.account, now
        self.today = local_day(now, job.account.timezone)

    def window(self, table: Table) -> Window:
        """What to ask for; NothingToRead when the client starts later.

        Whole days of the client's zone, so that a day is never read in part.
        """
        request, zone = self.job.request, self.account.timezone
        if table.cursor is None:
            return Window(timezone=zone)
        known: set[date] = set()
        if not request.full_refresh:
            known = ledger.covered(self.job.warehouse, self.source, table.name, self.account)
        if not table.is_dated:
            day = self._first_day(table, known, self.today)
            everything = day == self.account.start_date or self._is_due_in_full(table)
            return Window(timezone=zone) if everything else Window(day, timezone=zone)
        end = request.end_date
        start = request.start_date or self._first_day(table, known, end or self.today)
        if (end or self.today) < start:
            raise NothingToRead(
                f"client {self.account.client_id} starts on {start}, after {end or self.today}"
            )
        return Window(start, end or date.max, zone)

    def _first_day(self, table: Table, known: set[date], end: date) -> date:
        """The day of the newest record less the look-back, or the first that was missed."""
        start, newest = self.account.start_date, self._newest(table)
        if newest is None:
            return start
        through = covered_through(start, known)
        missed = start if through is None else through + timedelta(1)
        newest_day = local_day(newest, self.account.timezone)
        return max(start, min(missed, min(newest_day, end) - table.look_back))

    def _newest(self, table: Table) -> datetime | None:
        """The newest existing record; a clock that is ahead must not hide what comes next."""
        if table.name not in self.job.warehouse.columns(self.source):
            return None
        ((newest,),) = self.job.warehouse.query(
            f"select max({table.cursor}) from {self.source}.{table.name} "  # noqa: S608
            f"where _client_id = %s and {table.cursor} <= %s",
            (self.account.client_id, self.now),
        )
        return newest  # type: ignore[no-any-return]

    def _is_due_in_full(self, table: Table) -> bool:
        read_at = ledger.read_in_full(self.job.warehouse, self.source, table.name, self.account)
        return bool(table.full_every and read_at and self.now - read_at >= table.full_every)

    def count(self, table: Table, window: Window) -> int:
        if table.name not in self.job.warehouse.columns(self.source):
            return 0
        ((rows,),) = self.rows(table, window, "count(*)")
        return int(rows)

    def rows(self, table: Table, window: Window, what: str) -> list[tuple[Any, ...]]:
        """An expression over the existing rows of a window."""
        which, parameters = self.which(table, window)
        sql = f"select {what} from {self.source}.{table.name} where {which}"  # noqa: S608
        return self.job.warehouse.query(sql, parameters)

    def which(self, table: Table, window: Window) -> tuple[str, list[Any]]:
        """The existing rows of a window, as a condition and its parameters."""
        condition = "_client_id = %s and _removed_at is null"
        parameters: list[Any] = [self.account.client_id]
        for sign, moment in ((">=", window.since), ("<", window.until)):
            if moment:
                condition += f" and {table.cursor} {sign} %s"
                parameters.append(moment)
        return condition, parameters

    def keys(self, table: Table, window: Window, loaded: str) -> Iterator[tuple[Any, ...]]:
        """The keys of the existing rows that were loaded before (<) or by (=) this run."""
        which, parameters = self.which(table, window)
        yield from self.job.warehouse.query(
            f"select {', '.join(table.key)} from {self.source}.{table.name} "  # noqa: S608
            f"where {which} and _loaded_at {loaded} %s",
            [*parameters, self.now],
        )

    def drop_restated(self, table: Table, window: Window) -> None:
        """Drop what this run found under the same id with another key: it was edited."""
        if table.own_id is None:
            return
        which, parameters = self.which(table, window)
        name = f"{self.source}.{table.name}"
        self.job.warehouse.execute(
            f"delete from {name} where {which} and _loaded_at < %s and {table.own_id} in "  # noqa: S608
            f"(select {table.own_id} from {name} where _client_id = %s and _loaded_at = %s)",
            [*parameters, self.now, self.account.client_id, self.now],
        )

    def sharing_an_id(self, table: Table) -> int:
        """How many rows of this run have an id that another of them has too."""
        ((rows,),) = self.job.warehouse.query(
            "select coalesce(sum(sharing), 0) from ("  # noqa: S608
            f"select count(*) as sharing from {self.source}.{table.name} where _client_id = %s "
            f"and _loaded_at = %s group by {table.own_id} having count(*) > 1) as shared",
            [self.account.client_id, self.now],
        )
        return int(rows)
