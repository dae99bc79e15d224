"""The rows of the tables of schema `ops`, as dataclasses with the columns' types."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from loaders import clock
from loaders.errors import ApiError, LoadError, failure
from loaders.originals import kept
from loaders.source import Job
from loaders.table import Issue, Rejected
from loaders.verify import Verdict
from loaders.windows import Window

Kind = Literal["row", "file", "answer"]
REFUSED: tuple[Verdict, ...] = ("suspicious-empty", "truncated")
Day = date  # where a field has the name of its type


@dataclass
class Run:
    """One row of `ops.load_runs`: one run of one source for one client into one table.

    What is left out of its repr is not stored.
    """

    run_id: str
    source: str
    client_id: str
    table_name: str
    window_start: date
    window_end: date
    advertiser_id: str | None
    timezone: str
    currency: str
    started_at: datetime
    rows_read: int = 0
    rows_written: int = 0
    rows_rejected: int = 0
    days_emptied: int = 0
    min_date: date | None = None
    max_date: date | None = None
    complete_through: date | None = None
    settled_through: date | None = None
    verdict: Verdict = "failed"
    finished_at: datetime | None = None
    error: str | None = None
    missing: str | None = None  # digests of a part of what a suspicious answer lacked
    rejected: list[Rejected] = field(default_factory=list, repr=False)
    rejected_kept: int = field(default=0, repr=False)  # of `rejected`, written already
    issues: list[Issue] = field(default_factory=list, repr=False)
    issues_kept: int = field(default=0, repr=False)
    messages: list[str] = field(default_factory=list, repr=False)
    original: Any = field(default=None, repr=False)  # of an answer that was refused
    nothing_new: str | None = field(default=None, repr=False)  # in place of window and rows
    is_transient: bool = field(default=False, repr=False)  # its error may be over in some minutes
    is_dated: bool = field(default=True, repr=False)  # or its window says nothing

    @classmethod
    def begin(
        cls, job: Job, source: str, table: str, window: Window, started_at: datetime
    ) -> "Run":
        """The run of one table over a window, before anything is known of it."""
        return cls(
            run_id=job.request.run_id,
            source=source,
            client_id=job.account.client_id,
            table_name=table,
            window_start=window.start,
            window_end=window.end,
            advertiser_id=None,
            timezone=job.account.timezone,
            currency=job.account.currency,
            started_at=started_at,
        )

    def fail(self, error: Exception) -> None:
        """End in an error; a lost lock is raised again."""
        self.verdict, self.error = failure(error)
        self.is_transient = isinstance(error, LoadError) and error.is_transient
        self.original = getattr(error, "original", None)

    def refused(self) -> Iterator[Rejected]:
        """The answer of which nothing was taken; what it was is not kept where it was too short."""
        if self.error and (self.original is not None or self.verdict in REFUSED):
            window = f"answer to {Window(self.window_start, self.window_end)}"
            yield Rejected(window, 0, self.error, self.original)

    def check_readable(self, fitting: int) -> None:
        """ApiError when none of the rows fits its table."""
        if self.rejected and not fitting:
            first = self.rejected[0]
            raise ApiError(
                f"{self.source}: none of {self.rows_read:,} rows of {self.table_name} can be read; "
                f"{first.origin}, line {first.line}: {first.reason}"
            )


@dataclass(frozen=True)
class RejectedRow:
    """One row of `ops.rejected_rows`; its id is made of its run and what it says.

    `kind`: a row, a whole file or a whole answer. `is_whole`: the payload is all that its table's
    door asks for. `replayed_at`: when it was put in its place from here.
    """

    rejected_row_id: str
    run_id: str
    source: str
    client_id: str
    table_name: str
    date: Day | None
    window_start: Day
    window_end: Day
    origin: str
    line: int
    reason: str
    payload: str
    rejected_at: datetime
    kind: str = "row"
    is_whole: bool = False
    replayed_at: datetime | None = None

    @classmethod
    def of(cls, run: Run, rejected: Rejected, kind: Kind = "row") -> "RejectedRow":
        """The row as it is kept: a later run must not take it from the one that rejected it."""
        payload, is_whole = kept(rejected.payload)
        window = rejected.window or Window(run.window_start, run.window_end)
        place = (run.run_id, run.source, run.client_id, run.table_name)
        identity = [*place, rejected.origin, rejected.line, rejected.reason, payload]
        return cls(
            hashlib.sha256(json.dumps(identity).encode()).hexdigest(),
            *place,
            rejected.day,
            window.start,
            window.end,
            rejected.origin,
            rejected.line,
            rejected.reason,
            payload,
            run.finished_at or clock.now(),
            kind,
            is_whole and rejected.by_fit,
        )


@dataclass(frozen=True)
class LoadIssue:
    """One row of `ops.load_issues`: what a run did not understand of a file or an answer.

    `first_date` to `last_date` is the day that it is about, or all that the run asked for.
    """

    run_id: str
    source: str
    client_id: str
    table_name: str
    origin: str
    first_date: date
    last_date: date
    kind: str
    word: str
    rows: int
    example: str
    holds_back: bool
    file_version: str | None = None  # of a file that is not loaded

    @classmethod
    def of(cls, run: Run, issue: Issue) -> "LoadIssue":
        return cls(
            run.run_id,
            run.source,
            run.client_id,
            run.table_name,
            issue.origin,
            issue.day or run.window_start,
            issue.day or run.window_end,
            issue.kind,
            issue.word,
            issue.rows,
            issue.example,
            issue.holds_back,
            issue.file_version,
        )


@dataclass(frozen=True)
class AcceptedIssue:
    """One row of `ops.accepted_issues`: what somebody has looked at and wants believed.

    `subject` is the issue's word; where it has none, its file or request, and `file_version`
    is that of the file: NULL by an earlier release, which asked for none.
    """

    client_id: str
    source: str
    table_name: str
    kind: str
    subject: str
    accepted_at: datetime
    file_version: str | None = ""


@dataclass(frozen=True)
class LoadedFile:
    """One row of `ops.loaded_files`: the version of a file whose rows are in the raw table.

    `covers_day` says that it was written after its day had ended in the client's zone. The bytes of
    `sort_key` put the files of a day in their order. `gone_at`: since when none lists it. `content`
    tells its bytes apart where a file counts once, whatever its name: the one with rows holds them,
    the others are copies.
    """

    client_id: str
    table_name: str
    file_name: str
    etag: str
    size: int
    last_modified: datetime
    file_date: date
    covers_day: bool
    rows: int
    rows_rejected: int
    cells_masked: int
    run_id: str
    loaded_at: datetime
    sort_key: str | None
    gone_at: datetime | None = None
    content: str | None = None


@dataclass(frozen=True)
class HashSalt:
    """The one row of `ops.hash_salt`."""

    salt: str
    created_at: datetime


@dataclass(frozen=True)
class CompleteTable:
    """One row of `ops.complete_tables`: a day is complete when each of a source's tables is."""

    source: str
    table_name: str
