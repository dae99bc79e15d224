"""Sources of daily rows: plan, read, judge, land, and only then say so.

Nothing is landed before the whole window was read and believed; a window is landed at once.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from loaders import ledger
from loaders.answer import Answer, Reader, differing_total
from loaders.errors import ApiError, NothingToRead, TruncatedError, failure
from loaders.land import Landing, land
from loaders.source import Account, Finding, Job, Setting
from loaders.table import DLT_COLUMNS, SYSTEM_COLUMNS, Hints, Row, Table
from loaders.verdict import GOOD, judge
from loaders.warehouse import Warehouse
from loaders.windows import Window, closed_through, local_day, next_window, settled_through

log = logging.getLogger(__name__)

# marks the day that dlt shall empty
DELETED: Hints = {"_deleted": {"data_type": "bool", "hard_delete": True}}


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
        if unknown:
            raise ValueError(f"{self.table.name}: {sorted(unknown)} are no columns of it")

    def landings(self) -> list[Landing]:
        """Its one table."""
        return [self.landing()]

    def landing(
        self, *, replaces: tuple[str, ...] = ("date",), rows: Sequence[Row] = ()
    ) -> Landing:
        """The table as dlt lands it: rows replaced by client and what else is named."""
        return Landing(
            self.table.name,
            self.table.dlt_columns() | SYSTEM_COLUMNS | DELETED | DLT_COLUMNS,
            key=("_client_id", *self.table.key),
            replaces=("_client_id", *replaces),
            rows=rows,
            makes_days_complete=self.table.makes_days_complete,
        )

    def plan(self, job: Job, now: datetime) -> Iterator[str]:
        """The window, and the rows that stand in it."""
        load = DailyLoad(self, job)
        window = load.window(now)
        yield (
            f"would read {window} ({len(window)} days) and replace {load.rows_held(window):,} rows "
            f"of {self.name}.{self.table.name} in {job.warehouse.name}"
        )

    def load(self, job: Job) -> Iterator[ledger.Run]:
        """One run into the one table."""
        yield DailyLoad(self, job).run()

    def examine(self, account: Account) -> Iterator[Finding]:
        """What an open connection finds."""
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

    def window(self, now: datetime) -> Window:
        """The days to read and replace; NothingToRead when the client starts later."""
        request, account = self.job.request, self.job.account
        end = request.end_date or local_day(now, account.timezone) - timedelta(1)
        known = (
            set()
            if request.full_refresh
            else self.source.complete_days(self.job.warehouse, account)
        )
        usual = next_window(start_date=account.start_date, end=end, covered=known)
        start = request.start_date or (usual.start if usual else None)
        if start is None or end < start:
            raise NothingToRead(
                f"client {account.client_id} starts on {start or account.start_date}, after {end}"
            )
        return Window(start, end)

    def run(self) -> ledger.Run:
        """Load, and write the ledger; errors end in the run's verdict, not in an exception."""
        started_at = datetime.now(UTC)
        window = self.window(started_at)
        run = self.job.begin(
            self.source.name, self.source.table.name, window.start, window.end, started_at
        )
        run.advertiser_id = self.advertiser_id
        log.info("%s %s: reading %s", run.client_id, run.source, window)
        try:
            self._read_and_land(run, window)
        except Exception as error:
            run.verdict, run.error = failure(error)
        ledger.write(self.job.warehouse, run)
        return run

    def _read_and_land(self, run: ledger.Run, window: Window) -> None:
        rows = self._read(run, window)
        days = {row["date"] for row in rows}
        held_back = {day for row in run.rejected for day in row.spoils()}
        judgement = judge(
            self.held(window),
            days | held_back,
            allow_empty=self.job.request.allow_empty,
        )
        run.verdict, run.error = judgement.verdict, judgement.reason
        if run.verdict not in GOOD:
            return
        markers = [self._marker(day) for day in judgement.emptied]
        self._land([*rows, *markers], loaded_at=run.started_at)
        run.rows_written, run.days_emptied = len(rows), len(markers)
        run.min_date, run.max_date = min(days, default=None), max(days, default=None)
        if self.advertiser_id is None:  # a part of the rows completes no day
            zone = self.job.account.timezone
            run.complete_through = closed_through(
                window, read_at=run.started_at, timezone=zone, closes_at=self.source.closes_at
            )
            run.settled_through = settled_through(window, read_at=run.started_at, timezone=zone)

    def _read(self, run: ledger.Run, window: Window) -> list[Row]:
        """The rows that fit, chunk by chunk, each chunk held against the service's totals."""
        reader = self.source.open(self.job.account)
        rows: list[Row] = []
        for chunk in window.chunks(self.source.chunk_days):
            answer = self._believed(reader, chunk)
            rows += answer.rows
            run.rejected += [replace(row, window=chunk) for row in answer.rejected]
        run.rows_rejected, run.rows_read = len(run.rejected), len(rows) + len(run.rejected)
        if run.rejected and not rows:
            first = run.rejected[0]
            raise ApiError(
                f"{run.source}: none of {run.rows_read} rows can be read; {first.origin}, "
                f"line {first.line}: {first.reason}"
            )
        return rows

    def _believed(self, reader: Reader, chunk: Window) -> Answer:
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

    def held(self, window: Window) -> dict[date, dict[str, Decimal]]:
        """The days with rows that a read of `window` would replace, and the weights of each."""
        weights = self.source.weights
        sums = ", ".join(f"sum(abs(coalesce({name}, 0)))" for name in weights)
        return {
            day: dict(zip(weights, map(Decimal, amounts), strict=True))
            for day, *amounts in self._query(sums, window, "group by date")
        }

    def rows_held(self, window: Window) -> int:
        """How many rows a read of `window` would replace."""
        return sum(int(rows) for _, rows in self._query("count(*)", window, "group by date"))

    def _query(self, measure: str, window: Window, tail: str) -> list[tuple[Any, ...]]:
        table = self.source.table.name
        if table not in self.job.warehouse.columns(self.source.name):
            return []
        parameters: list[Any] = [self.job.account.client_id, window.start, window.end]
        only = ""
        if self.advertiser_id:
            only = "and advertiser_id = %s "
            parameters.append(self.advertiser_id)
        return self.job.warehouse.query(
            f"select date, {measure} from {self.source.name}.{table} "  # noqa: S608
            f"where _client_id = %s and date between %s and %s {only}{tail}",
            parameters,
        )

    def _marker(self, day: date) -> Row:
        """A row that is never landed: it makes dlt empty the day."""
        key = dict.fromkeys(self.source.table.key, "")
        if self.advertiser_id:
            key["advertiser_id"] = self.advertiser_id
        return {**key, "date": day, "_deleted": True}

    def _land(self, rows: list[Row], *, loaded_at: datetime) -> None:
        tags = {"_client_id": self.job.account.client_id, "_loaded_at": loaded_at}
        by = ("date", "advertiser_id") if self.advertiser_id else ("date",)
        land(
            self.job.warehouse,
            self.job.workdir,
            schema=self.source.name,
            name=self.job.account.client_id,
            landings=[
                self.source.landing(replaces=by, rows=[row | tags for row in rows]),
            ],
        )
