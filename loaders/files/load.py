"""One source of files for one client into one warehouse.

What is loaded is known by key and ETag from `ops.loaded_files` alone, which is written after the
data. A new file is added, which is fast: what a killed attempt left of it is taken out first. A
file with another ETag is merged, so that its former rows stand until the new ones do.
"""

import logging
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from loaders import ledger
from loaders.errors import ApiError, LoadError, failure
from loaders.files import listing
from loaders.files.listing import File
from loaders.files.reading import Group, Read
from loaders.land import land
from loaders.redaction import redact
from loaders.source import Job
from loaders.windows import local_day

if TYPE_CHECKING:
    from loaders.files.source import FileSource, Place

log = logging.getLogger(__name__)

GROUP_BYTES = 1 << 30  # in the bucket; landed and noted at once: what a kill can cost


class FileLoad:
    """One source of files for one client into one warehouse."""

    def __init__(self, source: "FileSource", job: Job) -> None:
        self.source, self.job, self.account = source, job, job.account
        self.started_at = datetime.now(UTC)
        self.today = local_day(self.started_at, job.account.timezone)
        place = (source.name, job.account.client_id, job.warehouse.fingerprint, "spool")
        self.folder = job.workdir / "_".join(place)
        self.runs: dict[str, ledger.Run] = {}
        self.masked: Counter[str] = Counter()  # card numbers, by table

    def run(self) -> list[ledger.Run]:
        """Load, and write the ledger; errors end in the runs' verdicts, not in an exception."""
        error = None
        try:
            self._load()
        except Exception as problem:
            _, error = failure(problem)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        for table in () if self.runs else self.source.tables:
            self._start(table.name, [])
        for run in self.runs.values():
            run.error = run.error or error
            run.verdict = "failed" if run.error else "ok"
            run.nothing_new = None if run.min_date else "no file is new or changed"
        ledger.write(self.job.warehouse, *self.runs.values())
        return list(self.runs.values())

    def _load(self) -> None:
        place = self.source.open(self.account)
        unread = [file for table in place.prefixes for file in self._unread(place, table)]
        for part in _groups(unread):
            group = Group(
                bucket=place.bucket,
                renames=place.renames,
                declared={table.name: table.columns for table in self.source.tables},
                client_id=self.account.client_id,
                loaded_at=self.started_at,
                folder=self.folder,
                file_format=self.job.warehouse.import_format,
                files=part,
            )
            read = group.read()
            for file, reason in group.failed.items():
                run = self.runs[file.table]
                run.error = "; ".join(filter(None, [run.error, redact(reason)]))
            self._land(group, read)
            self._note(read)
        for table, masked in self.masked.items():
            self.runs[table].messages.append(f"{masked:,} card numbers masked")

    def _unread(self, place: "Place", table: str) -> list[File]:
        """The files to read; starts the table's run over their days."""
        known = ledger.loaded_files(self.job.warehouse, self.account.client_id, table)
        try:
            stored = place.bucket.files(place.prefixes[table])
        except ApiError as problem:  # the other tables may be there
            self._start(table, []).error = redact(str(problem))
            return []
        unread = listing.to_read(
            table, stored, known, request=self.job.request, timezone=self.account.timezone
        )
        log.info(
            "%s %s.%s: %d of %d files below %s are new or changed, %d MB",
            *(self.account.client_id, self.source.name, table, len(unread), len(stored)),
            *(place.prefixes[table], sum(file.stored.size for file in unread) >> 20),
        )
        run = self._start(table, [file.day for file in unread])
        gone = {key for key in known if key.startswith(place.prefixes[table])}
        gone -= {file.key for file in stored}
        if gone:
            run.messages.append(f"{len(gone)} files are no longer in the bucket, their rows stay")
        return unread

    def _start(self, table: str, days: Sequence[date]) -> ledger.Run:
        """The run of a table, over the days of the files that it will read."""
        start, end = min(days, default=self.today), max(days, default=self.today)
        self.runs[table] = self.job.begin(self.source.name, table, start, end, self.started_at)
        return self.runs[table]

    def _land(self, group: Group, read: Sequence[Read]) -> None:
        """The rows of a group, and the proof that each of them is there once."""
        self.job.warehouse.check_lock()  # who lost it must not touch what another load has noted
        for table, some in _by_table(r for r in read if r.file.replaces).items():
            names = [one.stored.key for one in some]
            ledger.doubt_files(self.job.warehouse, self.account.client_id, table, names)
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
        for table, some in _by_table(read).items():
            which, parameters = self._which(some)
            self.job.warehouse.execute(
                f"delete from {self.source.name}.{table} where {which}",  # noqa: S608
                parameters,
            )

    def _check(self, read: Sequence[Read]) -> None:
        """LoadError when a file has other rows than were read: dlt tries again what may be done."""
        for table, some in _by_table(read).items():
            which, parameters = self._which(some)
            held = dict(
                self.job.warehouse.query(
                    f"select _file_name, count(*) from {self.source.name}.{table} "  # noqa: S608
                    f"where {which} group by _file_name",
                    parameters,
                )
            )
            for one in some:
                key = one.stored.key
                if held.get(key, 0) != one.rows:
                    raise LoadError(
                        f"{self.source.name}.{table} holds {held.get(key, 0):,} rows of {key} "
                        f"instead of {one.rows:,}; run again, and the file is read anew"
                    )

    def _which(self, read: Sequence[Read]) -> tuple[str, list[str]]:
        """The rows of files, as a condition and its parameters."""
        names = [one.stored.key for one in read]
        condition = f"_client_id = %s and _file_name in ({', '.join(['%s'] * len(names))})"
        return condition, [self.account.client_id, *names]

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
            if one.masked:
                self.masked[run.table_name] += one.masked
        runs = list(self.runs.values())
        files = [self._loaded_file(one) for one in read]
        ledger.write_files(self.job.warehouse, files, runs)
        for run in runs:
            del run.rejected[1:]  # they are written; the first is told
            run.rejected_kept = len(run.rejected)

    def _loaded_file(self, read: Read) -> ledger.LoadedFile:
        return ledger.LoadedFile(
            client_id=self.account.client_id,
            table_name=read.file.table,
            file_name=read.stored.key,
            etag=read.stored.etag,
            size=read.stored.size,
            last_modified=read.stored.last_modified,
            file_date=read.file.day,
            covers_day=listing.covers(read.file.day, read.stored, self.account.timezone),
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


def _by_table(read: Iterable[Read]) -> dict[str, list[Read]]:
    tables: dict[str, list[Read]] = defaultdict(list)
    for one in read:
        tables[one.file.table].append(one)
    return tables
