"""What exists of a source's records in the warehouse, and from where on to read again."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from loaders import ledger
from loaders.errors import NothingToRead
from loaders.source import Job
from loaders.table import Table
from loaders.windows import Window, covered_through, local_day, midnight


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
        """Whether it is time, or the run after that: it believes what the other did not find."""
        full = [began for began, first, _, _ in self._reads(table) if self._is_start(first)]
        if not (table.full_every and full):
            return False
        if self.now - full[0] >= table.full_every:
            return True
        is_first = len(full) == 1 or full[0] - full[1] >= table.full_every
        waiting = self.unseen(table, Window(timezone=self.account.timezone))
        return is_first and self.select(table, "count(*)", waiting) != [(0,)]

    def _reads(self, table: Table) -> list[tuple[datetime, date, date, int]]:
        """The good runs of a table before this one, newest first."""
        reads = ledger.good_reads(
            self.job.warehouse, self.source, table.name, self.account.client_id
        )
        return [read for read in reads if read[0] < self.now]

    def _is_start(self, day: date) -> bool:
        return day <= self.account.start_date

    def count(self, table: Table, window: Window) -> int:
        if table.name not in self.job.warehouse.columns(self.source):
            return 0
        ((rows,),) = self.rows(table, window, "count(*)")
        return int(rows)

    def rows(self, table: Table, window: Window, what: str) -> list[tuple[Any, ...]]:
        """An expression over the existing rows of a window."""
        return self.select(table, what, self.which(table, window))

    def select(
        self, table: Table, what: str, which: tuple[str, Sequence[Any]]
    ) -> list[tuple[Any, ...]]:
        """An expression over the rows of a condition with its parameters."""
        condition, parameters = which
        sql = f"select {what} from {self.source}.{table.name} where {condition}"  # noqa: S608
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

    def unseen(self, table: Table, window: Window) -> tuple[str, list[Any]]:
        """Those of a window that an earlier good read did not find, as a condition.

        The newest counts, and the newest in full, if it took in all that it was answered.
        """
        which, parameters = self.which(table, window)
        reads = [read[:3] for read in self._reads(table) if not read[3]]
        full = [read for read in reads if self._is_start(read[1])]
        conditions = ["false"]
        for began, first, last in {*reads[:1], *full[:1]}:
            condition = "_loaded_at < %s"
            parameters.append(began)
            if table.cursor and not self._is_start(first):
                condition += f" and {table.cursor} >= %s"
                parameters.append(midnight(first, self.account.timezone))
            if table.is_dated:
                condition += f" and {table.cursor} < %s"
                parameters.append(midnight(last + timedelta(1), self.account.timezone))
            conditions.append(f"({condition})")
        return f"{which} and ({' or '.join(conditions)})", parameters

    def missing(self, table: Table, window: Window) -> tuple[str, list[Any]]:
        """Those of a window that this run did not land, as a condition."""
        which, parameters = self.which(table, window)
        return f"{which} and _loaded_at < %s", [*parameters, self.now]

    def count_missing(self, table: Table, window: Window) -> tuple[int, int]:
        """How many this run did not land, and of these, how many an earlier one did not find."""
        conditions = (self.missing(table, window), self.unseen(table, window))
        missing, unseen = (self.select(table, "count(*)", which)[0][0] for which in conditions)
        return missing, unseen

    def mark_removed(self, table: Table, window: Window, *, at_once: bool) -> None:
        """Mark what this run did not land, at once or if an earlier one did not find it either."""
        condition, parameters = (self.missing if at_once else self.unseen)(table, window)
        self.job.warehouse.execute(
            f"update {self.source}.{table.name} set _removed_at = %s where {condition}",  # noqa: S608
            [self.now, *parameters],
        )

    def keys(self, table: Table, window: Window, loaded: str) -> Iterator[tuple[Any, ...]]:
        """The keys of the existing rows that were loaded before (<) or by (=) this run."""
        which, parameters = self.which(table, window)
        yield from self.job.warehouse.query(
            f"select {table.sql_key} from {self.source}.{table.name} "  # noqa: S608
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
