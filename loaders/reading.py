"""Reading a group of files into spools: a few long files that the warehouse imports as they are.

Files go through two readers at a time. What cannot be read is left out and named; nothing of such a
file gets further than this.
"""

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.bucket import Bucket, StoredFile
from loaders.csv_stream import ROW_ID, CsvStream
from loaders.errors import FileError
from loaders.table import Rejected
from loaders.warehouse import Import

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

READERS = 2
ROWS_AT_ONCE = 1 << 14  # a row group of parquet: what one thread of DuckDB takes in at a time
SYSTEM_COLUMNS: dict[str, dict[str, Any]] = {
    "_file_name": {"data_type": "text", "nullable": False},
    ROW_ID: {"data_type": "bigint", "nullable": False},
    "_file_date": {"data_type": "date", "nullable": False},
    "_client_id": {"data_type": "text", "nullable": False},
    "_loaded_at": {"data_type": "timestamp", "nullable": False},
    # dlt makes these with every table; files that are loaded as they are leave them empty
    "_dlt_load_id": {"data_type": "text", "nullable": True},
    "_dlt_id": {"data_type": "text", "nullable": True, "unique": False, "row_key": False},
}


@dataclass(frozen=True)
class File:
    """A file to be read. `replaces` says that another version of it is loaded."""

    table: str
    stored: StoredFile
    day: date
    replaces: bool

    @property
    def key(self) -> str:
        """Its full name in the bucket."""
        return self.stored.key


@dataclass(frozen=True)
class Read:
    """A file that was read, in the version that it had then."""

    file: File
    stored: StoredFile
    rows: int
    rejected: Sequence[Rejected]
    masked: int


class _SpoiledError(Exception):
    """A file turned out to be unreadable when rows of it were in a spool already."""


class Spool:
    """Arrow batches of one table in one file after the other, a new one for other columns."""

    def __init__(self, folder: Path, wanted: Import) -> None:
        self._folder, self._wanted = folder, wanted
        self._writer: Any = None
        self._schema: pa.Schema | None = None
        self._waiting: list[pa.RecordBatch] = []
        self.files: list[Path] = []
        self.columns: dict[str, None] = {}

    def write(self, batch: "pa.RecordBatch") -> None:
        if self._writer is None or batch.schema != self._schema:
            self.close()
            self._folder.mkdir(parents=True, exist_ok=True)
            self.files.append(self._folder / f"{len(self.files)}.{self._wanted.format}")
            self.columns |= dict.fromkeys(batch.schema.names)
            self._schema = batch.schema
            self._writer = _writer(self.files[-1], batch.schema)
        self._waiting.append(batch)
        if sum(map(len, self._waiting)) >= ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
            self._waiting.clear()

    def next_file(self) -> None:
        """Here it may be split: the rows of one file are loaded in one transaction."""
        if self._writer is not None and self.files[-1].stat().st_size >= self._wanted.length:
            self.close()

    def close(self) -> None:
        if self._writer is not None:
            self._flush()
            self._writer.close()
            self._writer = None


@dataclass
class Group:
    """Files that are read and landed together."""

    bucket: Bucket
    renames: Mapping[str, str]
    declared: Mapping[str, Sequence[str]]  # the columns that each table has in any case
    client_id: str
    loaded_at: datetime
    folder: Path
    wanted: Import
    files: Sequence[File]
    failed: dict[File, str] = field(default_factory=dict)
    spools: dict[tuple[str, bool, int], Spool] = field(default_factory=dict)

    def read(self) -> list[Read]:
        """Everything that can be read, in spools; `failed` says why the rest cannot."""
        while True:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.spools.clear()
            files = [file for file in self.files if file not in self.failed]
            with suppress(_SpoiledError), ThreadPoolExecutor(READERS) as pool:
                done = pool.map(self._read_some, range(READERS), _parts(files))
                return [read for part in done for read in part]

    def spooled(self, *, replacing: bool) -> Iterator[tuple[str, list[str], list[Path]]]:
        """By table, the columns and files of the spools."""
        chosen = {key: spool for key, spool in self.spools.items() if key[1] is replacing}
        for table in dict.fromkeys(table for table, _, _ in chosen):
            spools = [spool for key, spool in chosen.items() if key[0] == table]
            columns = dict.fromkeys(name for spool in spools for name in spool.columns)
            yield table, list(columns), [path for spool in spools for path in spool.files]

    def _read_some(self, reader: int, files: Sequence[File]) -> list[Read]:
        """The work of one reader, which has spools of its own."""
        import pyarrow as pa

        done = []
        mine: dict[tuple[str, bool, int], Spool] = {}
        for number, file in enumerate(files, start=1):
            key = (file.table, file.replaces, reader)
            folder = self.folder / "_".join(map(str, key))
            spool = mine.setdefault(key, Spool(folder, self.wanted))
            spool.next_file()
            written = 0
            try:
                with self.bucket.read(file.stored) as (stored, local):
                    stream = CsvStream(local, renames=self.renames, reserved=SYSTEM_COLUMNS)
                    for batch in stream.batches():
                        spool.write(self._completed(file, batch))
                        written += len(batch)
            except FileError as error:
                self.failed[file] = f"{file.key}: {error}"
                log.warning("%s %s", self.client_id, self.failed[file])
                if written:
                    raise _SpoiledError from error
                continue
            rejected = [
                Rejected(stored.key, bad.number, bad.reason, bad.text, file.day)
                for bad in stream.rejected
            ]
            done.append(Read(file, stored, written, rejected, stream.masked))
            log.info(
                "%s %s: %s rows, %.1f MB (file %d of %d of reader %d)",
                *(self.client_id, stored.key, f"{written:,}", stored.size / 1e6),
                *(number, len(files), reader + 1),
            )
        for spool in mine.values():
            spool.close()
        self.spools |= mine
        pa.default_memory_pool().release_unused()
        return done

    def _completed(self, file: File, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """The rows as the table has them: only parquet with just its columns is loaded as it is."""
        import pyarrow as pa

        texts: dict[str, Any] = dict.fromkeys(self.declared[file.table])
        texts |= dict(zip(batch.schema.names, batch.columns, strict=True))
        system = {
            "_file_name": pa.scalar(file.key, pa.string()),
            ROW_ID: texts.pop(ROW_ID),
            "_file_date": pa.scalar(file.day, pa.date32()),
            "_client_id": pa.scalar(self.client_id, pa.string()),
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


def _parts(files: Sequence[File]) -> list[Sequence[File]]:
    """The files of each reader: those of a table together, as then they are one statement."""
    tables = list(dict.fromkeys(file.table for file in files))
    if len(tables) < READERS:
        return [files[number::READERS] for number in range(READERS)]
    return [
        [file for file in files if tables.index(file.table) % READERS == number]
        for number in range(READERS)
    ]


def _writer(path: Path, schema: "pa.Schema") -> Any:
    if path.suffix == ".csv":
        from pyarrow import csv

        return csv.CSVWriter(path, schema, write_options=csv.WriteOptions(batch_size=2048))
    from pyarrow import parquet

    return parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False)
