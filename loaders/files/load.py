"""Sources of files: plan, read, judge, land, note, and write the ledger.

What is loaded is known by key and ETag from `ops.loaded_files` alone, which is written after the
data. A new file is added, which is fast: what a killed attempt left of it is taken out first. A
file with another ETag is merged, so that its former rows stay until the new ones are there.
"""

import logging
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter

from loaders import clock, ledger
from loaders.errors import ApiError, LoadError, failure
from loaders.files import listing
from loaders.files.bucket import StoredFile
from loaders.files.earlier import give_keys
from loaders.files.gone import judge_listing
from loaders.files.listing import File
from loaders.files.place import Place
from loaders.files.reading import Group, Read
from loaders.files.shrunk import judge_versions
from loaders.files.unread import NOT_READ, note_unread
from loaders.land import land
from loaders.ops import LoadedFile, Run
from loaders.source import Account, Finding, Job, Setting
from loaders.table import Table
from loaders.verify import GOOD
from loaders.warehouse import Warehouse
from loaders.windows import Window, local_day

log = logging.getLogger(__name__)

GROUP_BYTES = 1 << 30  # in the bucket; landed and noted at once: what a kill can cost


@dataclass(frozen=True)
class FileSource:
    """A service that delivers files; each run reads those that are new or changed."""

    name: str
    tables: tuple[Table, ...]
    settings: tuple[Setting, ...]
    open: Callable[[Account], Place]
    complete_with: tuple[str, ...]  # the tables of which a complete day has a file each
    named_by: str  # the variables that say where the files are

    def plan(self, job: Job, now: datetime) -> Iterator[str]:  # noqa: ARG002
        """Where files are looked for, and how many are loaded."""
        place = self.open(job.account)
        for table, prefix in place.prefixes.items():
            known = ledger.loaded_files(job.warehouse, job.account.client_id, table)
            yield (
                f"would read what is new or changed below {place.store.address(prefix)} into "
                f"{self.name}.{table} of {job.warehouse.name}; {len(known):,} files are loaded"
            )

    def load(self, job: Job) -> Iterator[Run]:
        yield from FileLoad(self, job).run()

    def examine(self, account: Account) -> Iterator[Finding]:
        place = self.open(account)
        for table, prefix in place.prefixes.items():
            files, written = place.files(table), attrgetter("last_modified", "key")
            where = (
                f"{self.name}: {len(files):,} files for {table} in {place.store.address(prefix)}"
            )
            if files:
                yield Finding("ok", f"{where}, newest {max(files, key=written).key}")
            else:
                yield Finding("warn", f"{where}; check {self.named_by}")

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days that each of the tables in question has a whole file of, by the last build."""
        days = [
            ledger.days_with_files(warehouse, account.client_id, table)
            - ledger.days_held_back(warehouse, account.client_id, self.name, table)
            for table in self.complete_with
        ]
        return set.intersection(*days) if days else set()


class FileLoad:
    """One source of files for one client into one warehouse."""

    def __init__(self, source: FileSource, job: Job) -> None:
        self.source, self.job, self.account = source, job, job.account
        self.started_at = clock.now()
        self.today = local_day(self.started_at, job.account.timezone)
        self.folder = job.folder(source.name, "buffer")
        self.tables = {table.name: table for table in source.tables}
        self.runs: dict[str, Run] = {}
        self.begun: set[str] = set()  # tables with files of earlier loads
        self.listed: dict[str, list[StoredFile]] = {}  # by table
        self.masked: dict[str, int] = defaultdict(int)  # card numbers, by table

    def run(self) -> list[Run]:
        """Load, and write the ledger; errors end in the runs' verdicts, not in an exception."""
        error, is_transient = None, False
        try:
            place = self.source.open(self.account)
            give_keys(self.job, self.source.name)
            unread = [file for table in place.prefixes for file in self.plan(place, table)]
            self.load(place, unread)
            # a file that took the place of another version may have held the rows of a copy
            self.load(place, [file for table in self.listed for file in self.orphans(table)])
        except Exception as problem:
            _, error = failure(problem)
            is_transient = isinstance(problem, LoadError) and problem.is_transient
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        for table in () if self.runs else self.source.tables:
            self._begin(table.name, [])
        for run in self.runs.values():
            if error and not run.error:
                run.error, run.is_transient = error, is_transient
            if run.error is None or run.verdict in GOOD:  # or the listing is suspicious
                run.verdict = "failed" if run.error else "ok"
            run.nothing_new = None if run.min_date else "no file is new or changed"
            if masked := self.masked[run.table_name]:
                run.messages.append(f"{masked:,} card numbers masked")
        ledger.write(self.job.warehouse, *self.runs.values())
        return list(self.runs.values())

    def load(self, place: Place, unread: Sequence[File]) -> None:
        """Read, land, judge and note files, group by group."""
        for part in _groups(unread):
            group, read = self.read(place, part)
            self.land(group, read)
            self.judge(read)
            self.note(read)

    def orphans(self, table: str) -> list[File]:
        """The copies of which no file has the rows any more."""
        if not self.tables[table].once:
            return []
        which = (self.job.warehouse, self.account.client_id, table)
        held = ledger.holders(*which)
        copies = {key: "" for key, content in ledger.copies(*which).items() if content not in held}
        stored = [one for one in self.listed[table] if one.key in copies]
        return listing.to_read(
            table, stored, copies, request=self.job.request, timezone=self.account.timezone
        )

    def plan(self, place: Place, table: str) -> list[File]:
        """The files to read; begins the table's run over their days."""
        known = ledger.loaded_files(self.job.warehouse, self.account.client_id, table)
        self.begun |= {table} if known else set()
        try:
            stored = place.files(table)
        except ApiError as problem:  # the other tables may be there
            self._begin(table, []).fail(problem)
            return []
        self.listed[table] = stored
        unread = listing.to_read(
            table, stored, known, request=self.job.request, timezone=self.account.timezone
        )
        log.info(
            "%s %s.%s: %d of %d files below %s are new or changed, %d MB",
            *(self.account.client_id, self.source.name, table, len(unread), len(stored)),
            *(place.prefixes[table], sum(file.stored.size for file in unread) >> 20),
        )
        run = self._begin(table, [file.day for file in unread])
        known_here = {key for key in known if key.startswith(place.prefixes[table])}
        judge_listing(self.job, run, {file.key for file in stored}, known_here)
        pending = {file.key for file in stored if known.get(file.key) != file.etag}
        self.note_unread(
            table,
            {file: NOT_READ for file in unread if file.key in pending},
            pending=pending if run.error is None else None,
        )
        return unread

    def note_unread(
        self, table: str, unread: Mapping[File, str], pending: Collection[str] | None = None
    ) -> None:
        """Say of files of a table that they are not loaded, and why."""
        note_unread(
            *(self.job.warehouse, self.runs[table], unread),
            holds_back=table in self.source.complete_with,
            pending=pending,
        )

    def _begin(self, table: str, days: Sequence[date]) -> Run:
        """The run of a table, over the days of the files that it will read."""
        window = Window(min(days, default=self.today), max(days, default=self.today))
        self.runs[table] = Run.begin(self.job, self.source.name, table, window, self.started_at)
        return self.runs[table]

    def read(self, place: Place, files: Sequence[File]) -> tuple[Group, list[Read]]:
        """A group of files in buffers; those that cannot be read are named in their run."""
        warehouse, client_id = self.job.warehouse, self.account.client_id
        existing = warehouse.columns(self.source.name)
        once = [name for name, table in self.tables.items() if table.once]
        holders = {name: ledger.holders(warehouse, client_id, name) for name in once}
        group = Group(
            *(self.job, place, self.tables, self.started_at, self.folder, files),
            *(existing, self.begun, holders),
        )
        read = group.read()
        while doubtful := judge_versions(self.job, self.runs, read):
            group.failed |= doubtful
            read = group.read()
        for table, run in self.runs.items():
            if refused := {f: why for f, why in group.failed.items() if f.table == table}:
                run.error = "; ".join(filter(None, [run.error, *refused.values()]))
                self.note_unread(table, refused)
        return group, read

    def land(self, group: Group, read: Sequence[Read]) -> None:
        """Add or replace the rows of a group."""
        self.job.warehouse.check_lock()  # who lost it must not touch what another load has noted
        for table, some in _by_table(r for r in read if r.file.replaces).items():
            names = [one.stored.key for one in some]
            ledger.invalidate_files(self.job.warehouse, self.account.client_id, table, names)
        # nothing may be there of a file that is added, or of one that has no rows any more
        for table, some in _by_table(r for r in read if not r.file.replaces or not r.rows).items():
            which, parameters = self._which(some)
            self.job.warehouse.execute(
                f"delete from {self.source.name}.{table} where {which}",  # noqa: S608
                parameters,
            )
        for replacing in (False, True):
            if uploads := group.uploads(replacing=replacing):
                land(self.job, self.source.name, uploads)

    def judge(self, read: Sequence[Read]) -> None:
        """LoadError when a file has other rows than were read: dlt tries again what may be done."""
        for table, some in _by_table(read).items():
            which, parameters = self._which(some)
            landed = dict(
                self.job.warehouse.query(
                    f"select _file_name, count(*) from {self.source.name}.{table} "  # noqa: S608
                    f"where {which} group by _file_name",
                    parameters,
                )
            )
            for one in some:
                key = one.stored.key
                if landed.get(key, 0) != one.rows:
                    raise LoadError(
                        f"{self.source.name}.{table} has {landed.get(key, 0):,} rows of {key} "
                        f"instead of {one.rows:,}; run again to read the file again"
                    )

    def _which(self, read: Sequence[Read]) -> tuple[str, list[str]]:
        """The rows of files, as a condition and its parameters."""
        names = [one.stored.key for one in read]
        condition = f"_client_id = %s and _file_name in ({', '.join(['%s'] * len(names))})"
        return condition, [self.account.client_id, *names]

    def note(self, read: Sequence[Read]) -> None:
        """Write the files to the ledger and add them to their runs."""
        for one in read:
            run = self.runs[one.file.table]
            run.rejected += one.rejected
            decides = one.file.table in self.source.complete_with
            run.issues += [
                replace(issue, holds_back=issue.holds_back and decides) for issue in one.issues
            ]
            run.rows_written += one.rows
            run.rows_rejected += len(one.rejected)
            run.rows_read += one.rows + len(one.rejected)
            run.min_date = min(run.min_date or one.file.day, one.file.day)
            run.max_date = max(run.max_date or one.file.day, one.file.day)
            self.masked[run.table_name] += one.masked
        runs = list(self.runs.values())
        files = [self._loaded_file(one) for one in read]
        ledger.write_files(self.job.warehouse, files, runs)
        for run in runs:
            del run.rejected[1:]  # they are written; the first is shown
            run.rejected_kept = len(run.rejected)

    def _loaded_file(self, read: Read) -> LoadedFile:
        return LoadedFile(
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
            sort_key=listing.sort_key(read.stored.key, read.stored.last_modified),
            content=read.content,
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
