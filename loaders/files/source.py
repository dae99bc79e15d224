"""A service that hands over files: where they lie, and the tables that they go to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from loaders import ledger
from loaders.files.bucket import Bucket
from loaders.files.csv_stream import ROW_ID
from loaders.files.load import FileLoad
from loaders.files.reading import FILE_COLUMNS
from loaders.land import Landing
from loaders.source import Account, Finding, Job, Setting
from loaders.warehouse import Warehouse


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
    complete_with: tuple[str, ...]  # the tables of which a complete day has a file each

    def landings(self) -> list[Landing]:
        """Its tables."""
        return [self.landing(table.name) for table in self.tables]

    def landing(self, name: str, columns: Sequence[str] = (), **how: Any) -> Landing:
        """A table as dlt lands it, with whatever other columns its files have."""
        declared = next(table.columns for table in self.tables if table.name == name)
        texts = {column: {"data_type": "text"} for column in (*declared, *columns)}
        key = ("_client_id", "_file_name", ROW_ID)
        return Landing(name, texts | FILE_COLUMNS, key, key[:2], **how)

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
            files, written = place.bucket.files(prefix), attrgetter("last_modified", "key")
            where = f"{self.name}: {len(files):,} files for {table} in s3://{place.bucket.name}/{prefix}"
            if files:
                yield Finding("ok", f"{where}, newest {max(files, key=written).key}")
            else:
                yield Finding("warn", f"{where}; check S3_BUCKET_NAME and S3_PREFIXES")

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days that each of the tables in question has a file of, written after the day."""
        days = [
            ledger.days_with_files(warehouse, account.client_id, table)
            for table in self.complete_with
        ]
        return set.intersection(*days)
