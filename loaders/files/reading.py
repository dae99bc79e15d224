"""Reading a group of files into buffers, two files at a time.

What cannot be read is left out and named; nothing of such a file gets further than this.
"""

import hashlib
import logging
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

from loaders.buffer import Buffer
from loaders.errors import FileError
from loaders.files.bucket import StoredFile
from loaders.files.days import named
from loaders.files.listing import File
from loaders.files.packing import BLOCK
from loaders.files.place import Place
from loaders.land import Upload
from loaders.source import Job
from loaders.table import ROW_ID, Issue, Rejected, Table
from loaders.warehouse.base import Columns

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

READERS = 2
COPY = "copies of another file"  # an issue: its rows are there already
WIDEST_TABLE = 1000  # columns; Postgres has room for 1,600, and keeps it of those that are dropped
NAMED = 3  # of the columns that are new with a file
Key = tuple[str, bool, int]  # what one buffer is for: table, whether it replaces, reader


@dataclass(frozen=True)
class Read:
    """A file that was read, in the version that it had then."""

    file: File
    stored: StoredFile
    rows: int
    rejected: Sequence[Rejected]
    issues: Sequence[Issue]
    masked: int
    content: str | None = None  # where it is told by that

    @property
    def is_copy(self) -> bool:
        """Whether another file holds its rows."""
        return self.content is not None and self.rows == 0


class _SpoiledError(Exception):
    """A file turned out to be unreadable when rows of it were in a buffer already."""


@dataclass
class Group:
    """Files that are read and landed together."""

    job: Job
    place: Place
    tables: Mapping[str, Table]
    loaded_at: datetime
    folder: Path
    files: Sequence[File]
    existing: Columns  # of the tables in the warehouse
    begun: Collection[str]  # the tables of which the account has files already
    holders: Mapping[str, Mapping[str, str]]  # by table and content, the files that are loaded
    failed: dict[File, str] = field(default_factory=dict)
    buffers: dict[Key, Buffer] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)  # and of the files read so far
    held: dict[tuple[str, str], str] = field(default_factory=dict)  # and by those read so far
    _lock: Lock = field(default_factory=Lock)

    def read(self) -> list[Read]:
        """Everything that can be read, in buffers; `failed` says why the rest cannot."""
        while True:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.buffers.clear()
            self.columns = {name: set(self.existing.get(name, ())) for name in self.tables}
            self.held = {(t, c): key for t, held in self.holders.items() for c, key in held.items()}
            files = [file for file in self.files if file not in self.failed]
            with suppress(_SpoiledError), ThreadPoolExecutor(READERS) as pool:
                parts = [files[reader::READERS] for reader in range(READERS)]
                done = pool.map(self._read_some, range(READERS), parts)
                return [read for part in done for read in part]

    def uploads(self, *, replacing: bool) -> list[Upload]:
        """What is in the buffers, by table."""
        chosen = {key: buffer for key, buffer in self.buffers.items() if key[1] is replacing}
        uploads = []
        for name in dict.fromkeys(name for name, _, _ in chosen):
            buffers = [buffer for key, buffer in chosen.items() if key[0] == name]
            columns = dict.fromkeys(column for buffer in buffers for column in buffer.columns)
            files = [path for buffer in buffers for path in buffer.files]
            upload = Upload(self.tables[name], files=files, others=columns, adds=not replacing)
            uploads.append(upload)
        return uploads

    def _read_some(self, reader: int, files: Sequence[File]) -> list[Read]:
        """The work of one reader, which has buffers of its own."""
        import pyarrow as pa

        done, spoiled, client_id = [], False, self.job.account.client_id
        for number, file in enumerate(files, start=1):
            key = (file.table, file.replaces, reader)
            if key not in self.buffers:
                folder = self.folder / "_".join(map(str, key))
                self.buffers[key] = Buffer(folder, self.job.warehouse.import_format)
            buffer = self.buffers[key]
            before = buffer.rows
            try:
                read = self._read_one(file, buffer)
            except FileError as error:
                self.failed[file] = f"{file.key}: {error}"
                log.warning("%s %s", client_id, self.failed[file])
                spoiled = spoiled or buffer.rows > before
                continue
            done.append(read)
            log.info(
                "%s %s: %s rows, %.1f MB (file %d of %d of reader %d)",
                *(client_id, file.key, f"{read.rows:,}", read.stored.size / 1e6),
                *(number, len(files), reader + 1),
            )
        for key, buffer in list(self.buffers.items()):
            if key[2] == reader:
                buffer.close()
        pa.default_memory_pool().release_unused()
        if spoiled:
            raise _SpoiledError
        return done

    def _read_one(self, file: File, buffer: Buffer) -> Read:
        """Buffer a file; FileError when it cannot be read, if need be after some of its rows."""
        before, table = buffer.rows, self.tables[file.table]
        with self.place.store.read(file.stored) as (stored, local):
            stream = self.place.open(local, table, file.key, partial(self._admit, file.table))
            content = _content(local, stream.named) if table.once else None
            if content and (holder := self._hold(file, content)) != file.key:
                copied = Issue(file.key, COPY, 1, file.day, example=holder, holds_back=False)
                return Read(file, stored, 0, [], [copied], 0, content)
            for batch in stream.batches():
                buffer.write(self._completed(file, batch))
        rejected = [
            Rejected(stored.key, bad.number, bad.reason, bad.text, file.day)
            for bad in stream.rejected
        ]
        issues = [*_issues_of_name(file)] if self.place.names_have_days else []
        issues += stream.issues(file.key, file.day)
        if file.table in self.begun and (
            new := set(stream.columns) - set(self.existing.get(file.table, ()))
        ):
            issues.append(_issue_of_new(file, sorted(new)))
        rows, hoped = buffer.rows - before, table.hopes_for
        if rows and hoped and not set(hoped) & set(stream.columns):
            issues.append(
                Issue(file.key, "rows without a column of", rows, file.day, word=", ".join(hoped))
            )
        return Read(file, stored, rows, rejected, issues, stream.masked, content if rows else None)

    def _hold(self, file: File, content: str) -> str:
        """The file that holds this content; the first that asks does."""
        with self._lock:
            return self.held.setdefault((file.table, content), file.key)

    def _admit(self, table: str, names: Sequence[str]) -> None:
        """FileError where the columns that are new with a file would be too many for its table."""
        with self._lock:
            there = self.columns[table]
            new = set(names) - there
            if new and len(there) + len(new) > WIDEST_TABLE:
                raise FileError(
                    f"has {len(new):,} columns that {table} has not, which has {len(there):,} of "
                    f"at most {WIDEST_TABLE:,}",
                    "set S3_COLUMNS=theirs=ours for those that are there under another name",
                )
            there |= new

    def _completed(self, file: File, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """The rows as the table has them: only parquet with just its columns is loaded as it is."""
        import pyarrow as pa

        texts: dict[str, Any] = dict.fromkeys(self.tables[file.table].columns)
        texts |= dict(zip(batch.schema.names, batch.columns, strict=True))
        system = {
            "_file_name": pa.scalar(file.key, pa.string()),
            ROW_ID: texts.pop(ROW_ID),
            "_file_date": pa.scalar(file.day, pa.date32()),
            "_client_id": pa.scalar(self.job.account.client_id, pa.string()),
            "_loaded_at": pa.scalar(self.loaded_at, pa.timestamp("us", "UTC")),
        }
        nothing = pa.nulls(len(batch), pa.string())
        columns = [nothing if column is None else column for column in texts.values()]
        columns += [
            pa.repeat(value, len(batch)) if isinstance(value, pa.Scalar) else value
            for value in system.values()
        ]
        fields = [(name, pa.string()) for name in texts]
        fields += [pa.field(name, value.type, nullable=False) for name, value in system.items()]
        return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _issue_of_new(file: File, names: Sequence[str]) -> Issue:
    """That a file has columns that none had before; its rows have them in the raw table."""
    word = ", ".join(names[:NAMED])
    word += f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return Issue(file.key, "new columns", len(names), file.day, word=word, holds_back=False)


def _content(local: IO[bytes], named: str) -> str:
    """What tells a file's bytes apart, and what it takes from its name."""
    digest = hashlib.sha256()
    local.seek(0)
    while block := local.read(BLOCK):
        digest.update(block)
    return " ".join(filter(None, [digest.hexdigest(), named]))


def _issues_of_name(file: File) -> Iterator[Issue]:
    """What the file's key leaves open about its day."""
    found = named(file.key)
    if found is None:
        written = f"written on {file.day}"
        yield Issue(file.key, "no day in the name", 1, file.day, example=written)
    elif found.other:
        reading = f"taken as {found.day}, may be {found.other}"
        kind = "day of the file can be read in two ways"
        yield Issue(file.key, kind, 1, file.day, example=reading, holds_back=False)
