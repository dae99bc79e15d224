"""Sources of daily rows: plan, read, judge, land, mark, and only then write the ledger.

Nothing is landed before the whole window was read and judged; a window is landed at once.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol

from loaders import clock, ledger
from loaders.errors import ApiError, NothingToRead, TruncatedError
from loaders.guard import decide
from loaders.land import Upload, land
from loaders.ops import Run
from loaders.source import Account, Finding, Job, Setting
from loaders.table import Row, Table
from loaders.verify import GOOD, Answer, differing_total, judge_days
from loaders.warehouse import Warehouse
from loaders.windows import Window, closed_through, local_day, next_window, settled_through

log = logging.getLogger(__name__)


class Reader(Protocol):
    """An open connection to one account."""

    def read(self, window: Window, advertiser_id: str | None) -> Answer:
        """All rows of the window's days; ApiError when the service does not answer properly."""

    def examine(self) -> Iterator[Finding]:
        """Whether the account is reachable and keeps the client's currency and time zone."""


@dataclass(frozen=True)
class DailySource:
    """A service that reports by day; each run replaces the days that it read.

    `weights` are the measures whose disappearance is suspicious. `closes_at` is the hour of the
    next day, in the client's zone, from which a day counts as over. `chunk_days` is the longest
    window of one request.
    """

    name: str
    table: Table
    weights: tuple[str, ...]
    settings: tuple[Setting, ...]
    closes_at: time
    chunk_days: int
    open: Callable[[Account], Reader]
    by_advertiser: bool = False

    def __post_init__(self) -> None:
        unknown = {"date", *self.weights} - set(self.table.columns)
        if unknown or self.table.replaces != "day":
            raise ValueError(f"{self.table.name}: {sorted(unknown)} are no columns of days of it")

    @property
    def tables(self) -> tuple[Table]:
        return (self.table,)

    def plan(self, job: Job, now: datetime) -> Iterator[str]:
        """The window, and the rows that it would replace."""
        load = DailyLoad(self, job)
        window = load.plan(now)
        rows = sum(int(count) for _, count in load.existing("count(*)", window))
        yield (
            f"would read {window} ({len(window)} days) and replace {rows:,} rows "
            f"of {self.name}.{self.table.name} in {job.warehouse.name}"
        )

    def load(self, job: Job) -> Iterator[Run]:
        yield DailyLoad(self, job).run()

    def examine(self, account: Account) -> Iterator[Finding]:
        yield from self.open(account).examine()

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days that were over when they were read."""
        return ledger.covered(warehouse, self.name, self.table.name, account)


@dataclass(frozen=True)
class DailyLoad:
    """One source for one client into one warehouse."""

    source: DailySource
    job: Job

    @property
    def advertiser_id(self) -> str | None:
        """The advertiser to which the run is limited, where the source knows advertisers."""
        return self.job.request.advertiser_id if self.source.by_advertiser else None

    def run(self) -> Run:
        """Load, and write the ledger; errors end in the run's verdict, not in an exception."""
        started_at = clock.now()
        window = self.plan(started_at)
        run = Run.begin(self.job, self.source.name, self.source.table.name, window, started_at)
        run.advertiser_id = self.advertiser_id
        log.info("%s %s: reading %s", run.client_id, run.source, window)
        try:
            rows = self.read(run, window)
            emptied = self.judge(run, window, rows)
            if run.verdict in GOOD:
                self.land(run, rows, emptied)
                self.mark(run, window, rows)
        except Exception as error:
            run.fail(error)
        ledger.write(self.job.warehouse, run)
        return run

    def plan(self, now: datetime) -> Window:
        """The days to read and replace; NothingToRead when the client starts later."""
        request, account = self.job.request, self.job.account
        end = request.end_date or local_day(now, account.timezone) - timedelta(1)
        known: set[date] = set()
        if not request.full_refresh:
            known = self.source.complete_days(self.job.warehouse, account)
        usual = next_window(start_date=account.start_date, end=end, covered=known)
        start = request.start_date or (usual.start if usual else None)
        if start is None or end < start:
            raise NothingToRead(
                f"client {account.client_id} starts on {start or account.start_date}, after {end}"
            )
        return Window(start, end, account.timezone)

    def read(self, run: Run, window: Window) -> list[Row]:
        """The rows that fit, chunk by chunk, each chunk compared with the service's totals."""
        reader = self.source.open(replace(self.job.account, earlier=self.earlier))
        rows: list[Row] = []
        for chunk in window.chunks(self.source.chunk_days):
            answer = self._verified(reader, chunk)
            rows += answer.rows
            run.rejected += [replace(row, window=chunk) for row in answer.rejected]
        run.rows_rejected, run.rows_read = len(run.rejected), len(rows) + len(run.rejected)
        run.check_readable(len(rows))
        return rows

    def _verified(self, reader: Reader, chunk: Window) -> Answer:
        """An answer that equals its totals; figures may move between two requests, so ask twice."""
        for _ in range(2):
            answer = reader.read(chunk, self.advertiser_id)
            difference = differing_total(self.source.table, answer)
            if difference is None:
                break
        else:
            raise TruncatedError(f"{self.source.name}: {chunk}: {difference}")
        for row in answer.rows:
            if row["date"] not in chunk:
                raise ApiError(f"{self.source.name}: asked for {chunk}, got a row of {row['date']}")
        return answer

    def judge(self, run: Run, window: Window, rows: list[Row]) -> tuple[date, ...]:
        """Set the run's verdict; the days that had rows and have none now."""
        weights = self.source.weights
        sums = ", ".join(f"sum(abs(coalesce({name}, 0)))" for name in weights)
        existing = {
            day: dict(zip(weights, map(Decimal, amounts), strict=True))
            for day, *amounts in self.existing(sums, window)
        }
        answered = {row["date"] for row in rows}
        answered |= {day for row in run.rejected for day in row.spoils()}
        allow_empty = self.job.request.allow_empty
        judgement = judge_days(existing, answered, allow_empty=allow_empty)
        emptied = set(judgement.emptied)
        came = set(existing) - emptied
        decide(self.job.warehouse, run, judgement, missing=emptied, came=came)
        return judgement.emptied

    def earlier(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """What the client's rows have in these columns."""
        return self.job.warehouse.query(
            f"select distinct {', '.join(columns)} "  # noqa: S608
            f"from {self.source.name}.{self.source.table.name} where _client_id = %s",
            (self.job.account.client_id,),
        )

    def existing(self, measures: str, window: Window) -> list[tuple[Any, ...]]:
        """Measures of the rows that a read of `window` would replace, by day."""
        table = self.source.table.name
        if table not in self.job.warehouse.columns(self.source.name):
            return []
        parameters: list[Any] = [self.job.account.client_id, window.start, window.end]
        only = ""
        if self.advertiser_id:
            only = "and advertiser_id = %s "
            parameters.append(int(self.advertiser_id))
        return self.job.warehouse.query(
            f"select date, {measures} from {self.source.name}.{table} "  # noqa: S608
            f"where _client_id = %s and date between %s and %s {only}group by date",
            parameters,
        )

    def land(self, run: Run, rows: list[Row], emptied: tuple[date, ...]) -> None:
        """Replace the days of the rows, and empty those that have none now."""
        tags = {"_client_id": run.client_id, "_loaded_at": run.started_at}
        columns = self.source.table.columns
        key: Row = {n: "" if columns[n].type == "text" else 0 for n in self.source.table.key}
        by: tuple[str, ...] = ()
        if self.advertiser_id:
            key["advertiser_id"] = int(self.advertiser_id)
            by = (*self.source.table.replaced_by, "advertiser_id")
        # never landed: they make dlt delete what has their day
        markers = [{**key, "date": day, "_deleted": True} for day in emptied]
        tagged = [row | tags for row in (*rows, *markers)]
        land(self.job, self.source.name, [Upload(self.source.table, tagged, replaced_by=by)])
        run.rows_written, run.days_emptied = len(rows), len(emptied)

    def mark(self, run: Run, window: Window, rows: list[Row]) -> None:
        """Say which days are complete and final now."""
        days = {row["date"] for row in rows}
        run.min_date, run.max_date = min(days, default=None), max(days, default=None)
        if self.advertiser_id is None:  # a part of the rows completes no day
            run.complete_through = closed_through(window, run.started_at, self.source.closes_at)
            run.settled_through = settled_through(window, run.started_at)
