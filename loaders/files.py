"""Sources of files: a file is read once, replaced by its next version, and kept when it is removed.

    list -> leave out what stands in the warehouse -> read, mask, spool -> land -> ops.loaded_files

What is loaded is known by key and ETag from `ops.loaded_files` alone, which is written after the
data. A new file is added, which is fast: what a killed attempt left of it is taken out first. A
file with another ETag is merged, so that its former rows stand until the new ones do.
"""

import logging
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loaders import ledger
from loaders.bucket import Bucket, StoredFile
from loaders.csv_stream import ROW_ID
from loaders.errors import LoadError, LockLostError
from loaders.http import redact
from loaders.land import Landing, land
from loaders.reading import SYSTEM_COLUMNS, File, Group, Read
from loaders.source import Account, Finding, Job, Setting
from loaders.windows import local_day

log = logging.getLogger(__name__)

GROUP_BYTES = 1 << 30  # landed and noted at once: what a kill can cost, and the room on this disk
DAY_IN_KEY = re.compile(r"(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class FileTable:
    """A raw table of files: the columns that are there even when no file has them, all text."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where an account's files are: the bucket, a prefix for each table, and renamed columns."""

    bucket: Bucket
    prefixes: Mapping[str, str]
    renames: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileSource:
    """A service that hands over files; each run reads those that are new or changed."""

    name: str
    tables: tuple[FileTable, ...]
    settings: tuple[Setting, ...]
    open: Callable[[Account], Place]

    def landings(self) -> list[Landing]:
        """Its tables."""
        return [self.landing(table.name) for table in self.tables]

    def landing(self, name: str, columns: Sequence[str] = (), **how: Any) -> Landing:
        """A table as dlt lands it, with whatever other columns its files have."""
        declared = next(table.columns for table in self.tables if table.name == name)
        texts = {column: {"data_type": "text"} for column in (*declared, *columns)}
        key = ("_client_id", "_file_name", ROW_ID)
        return Landing(name, texts | SYSTEM_COLUMNS, key, key[:2], **how)

    def plan(self, job: Job, now: datetime) -> Iterator[str]:  # noqa: ARG002
        """Where files are looked for, and how many stand."""
        place = self.open(job.account)
        for table, prefix in place.prefixes.items():
            known = ledger.loaded_files(job.warehouse, job.account.client_id, table)
            yield (
                f"would read what is new or changed below s3://{place.bucket.name}/{prefix} into "
                f"{self.name}.{table} of {job.warehouse.name}, where {len(known):,} files stand"
            )

    def load(self, job: Job) -> Iterator[ledger.Run]:
        """One run for each table."""
        yield from FileLoad(self, job).run()

    def examine(self, account: Account) -> Iterator[Finding]:
        """What lies in the bucket."""
        place = self.open(account)
        for table, prefix in place.prefixes.items():
            files = place.bucket.files(prefix)
            newest = max((file.key for file in files), default="none")
            yield Finding(
                "ok" if files else "warn",
                f"{self.name}: {len(files):,} files for {table} below {prefix}, newest {newest}",
            )


class FileLoad:
    """One source of files for one client into one warehouse."""

    def __init__(self, source: FileSource, job: Job) -> None:
        self.source, self.job, self.account = source, job, job.account
        self.started_at = datetime.now(UTC)
        self.today = local_day(self.started_at, job.account.timezone)
        self.folder = job.workdir / f"{source.name}_{job.account.client_id}_spool"
        self.runs: dict[str, ledger.Run] = {}

    def run(self) -> list[ledger.Run]:
        """Load, and write the ledger; errors end in the runs' verdicts, not in an exception."""
        error = None
        try:
            self._load()
        except LockLostError:
            raise
        except LoadError as problem:
            error = redact(str(problem))
        except Exception as problem:  # one source must not stop the others
            log.exception("%s %s: unexpected error", self.account.client_id, self.source.name)
            error = redact(f"{type(problem).__name__}: {problem}")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        if not self.runs:
            self._start({table.name: [] for table in self.source.tables})
        for run in self.runs.values():
            run.error = run.error or error
            run.verdict = "failed" if run.error else "ok"
        ledger.write(self.job.warehouse, self.job.workdir, *self.runs.values())
        return list(self.runs.values())

    def _load(self) -> None:
        place = self.source.open(self.account)
        unread = {table: self._unread(place, table) for table in place.prefixes}
        self._start({table: files for table, (files, _) in unread.items()})
        for table, (_, gone) in unread.items():
            if gone:
                note = f"{gone} files are no longer in the bucket, their rows stay"
                self.runs[table].notes.append(note)
        for part in _groups([file for files, _ in unread.values() for file in files]):
            group = Group(
                bucket=place.bucket,
                renames=place.renames,
                declared={table.name: table.columns for table in self.source.tables},
                client_id=self.account.client_id,
                loaded_at=self.started_at,
                folder=self.folder,
                wanted=self.job.warehouse.imports,
                files=part,
            )
            read = group.read()
            for file, reason in group.failed.items():
                run = self.runs[file.table]
                run.error = "; ".join(filter(None, [run.error, redact(reason)]))
            self._land(group, read)
            self._note(read)
        for run in self.runs.values():
            if masked := self.masked[run.table_name]:
                run.notes.append(f"{masked:,} card numbers masked")

    def _start(self, files: Mapping[str, Sequence[File]]) -> None:
        """A run for each table, over the days of the files that it will read."""
        self.masked: dict[str, int] = defaultdict(int)
        for table, unread in files.items():
            days = [file.day for file in unread] or [self.today]
            self.runs[table] = ledger.Run(
                run_id=self.job.request.run_id,
                source=self.source.name,
                client_id=self.account.client_id,
                table_name=table,
                window_start=min(days),
                window_end=max(days),
                advertiser_id=None,
                timezone=self.account.timezone,
                currency=self.account.currency,
                started_at=self.started_at,
            )

    def _unread(self, place: Place, table: str) -> tuple[list[File], int]:
        """The files to read, oldest day first, and how many were removed that are loaded."""
        request, prefix = self.job.request, place.prefixes[table]
        known = ledger.loaded_files(self.job.warehouse, self.account.client_id, table)
        stored = [file for file in place.bucket.files(prefix) if not file.key.endswith("/")]
        first, last = request.start_date or date.min, request.end_date or date.max
        files = sorted(
            (
                File(table, file, self._day(file), replaces=file.key in known)
                for file in stored
                if first <= self._day(file) <= last
            ),
            key=lambda file: (file.day, file.key),
        )
        if request.max_files is not None:
            files = files[max(0, len(files) - request.max_files) :]
        unread = [
            file
            for file in files
            if request.full_refresh or known.get(file.key) != file.stored.etag
        ]
        log.info(
            "%s %s.%s: %d of %d files below %s are new or changed, %d MB",
            *(self.account.client_id, self.source.name, table, len(unread), len(stored), prefix),
            sum(file.stored.size for file in unread) >> 20,
        )
        return unread, len(
            {key for key in known if key.startswith(prefix)} - {f.key for f in stored}
        )

    def _day(self, stored: StoredFile) -> date:
        """The day that the file's key names, else that on which it was written."""
        for year, month, day in reversed(DAY_IN_KEY.findall(stored.key)):
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                continue
        return local_day(stored.last_modified, self.account.timezone)

    def _land(self, group: Group, read: Sequence[Read]) -> None:
        """The rows of a group, and the proof that each of them is there once."""
        self._take_out([r for r in read if not r.file.replaces or not r.rows])
        for replacing in (False, True):
            landings = [
                self.source.landing(table, columns, files=files, adds=not replacing)
                for table, columns, files in group.spooled(replacing=replacing)
            ]
            if landings:
                land(
                    self.job.warehouse,
                    self.job.workdir,
                    schema=self.source.name,
                    name=self.account.client_id,
                    landings=landings,
                )
        self._check(read)

    def _take_out(self, read: Sequence[Read]) -> None:
        """Delete what stands of files of which nothing is to stand before they are landed."""
        for table, names in _names_by_table(read).items():
            self.job.warehouse.execute(
                f"delete from {self.source.name}.{table} "  # noqa: S608
                f"where _client_id = %s and _file_name in ({', '.join(['%s'] * len(names))})",
                [self.account.client_id, *names],
            )

    def _check(self, read: Sequence[Read]) -> None:
        """LoadError when a file has other rows than were read: dlt tries again what may be done."""
        for table, names in _names_by_table(read).items():
            held = dict(
                self.job.warehouse.query(
                    f"select _file_name, count(*) from {self.source.name}.{table} "  # noqa: S608
                    f"where _client_id = %s and _file_name in ({', '.join(['%s'] * len(names))}) "
                    "group by _file_name",
                    [self.account.client_id, *names],
                )
            )
            for one in read:
                key = one.stored.key
                if one.file.table == table and held.get(key, 0) != one.rows:
                    raise LoadError(
                        f"{self.source.name}.{table} holds {held.get(key, 0):,} rows of {key} "
                        f"instead of {one.rows:,}; run again, and the file is read anew"
                    )

    def _note(self, read: Sequence[Read]) -> None:
        """Write the files to the ledger and add them to their runs."""
        for one in read:
            run = self.runs[one.file.table]
            run.rejected += one.rejected
            run.rows_written += one.rows
            run.rows_rejected += len(one.rejected)
            run.rows_read += one.rows + len(one.rejected)
            run.min_date = min(run.min_date or one.file.day, one.file.day)
            run.max_date = max(run.max_date or one.file.day, one.file.day)
            self.masked[run.table_name] += one.masked
        runs = list(self.runs.values())
        files = [self._loaded_file(one) for one in read]
        ledger.write_files(self.job.warehouse, self.job.workdir, files, runs)
        for run in runs:
            del run.rejected[1:]  # they are written; the first is told

    def _loaded_file(self, read: Read) -> ledger.LoadedFile:
        day_after = datetime.combine(
            read.file.day + timedelta(1), time.min, ZoneInfo(self.account.timezone)
        )
        return ledger.LoadedFile(
            client_id=self.account.client_id,
            table_name=read.file.table,
            file_name=read.stored.key,
            etag=read.stored.etag,
            size=read.stored.size,
            last_modified=read.stored.last_modified,
            file_date=read.file.day,
            covers_day=read.stored.last_modified >= day_after,
            rows=read.rows,
            rows_rejected=len(read.rejected),
            cells_masked=read.masked,
            run_id=self.job.request.run_id,
            loaded_at=self.started_at,
        )


def _groups(files: Sequence[File]) -> Iterator[list[File]]:
    """The files in groups of bounded size."""
    group: list[File] = []
    for file in files:
        if group and sum(other.stored.size for other in [*group, file]) > GROUP_BYTES:
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def _names_by_table(read: Sequence[Read]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for one in read:
        names[one.file.table].append(one.stored.key)
    return names
