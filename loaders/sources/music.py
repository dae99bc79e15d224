"""A music label's data lake: files in the folders of its zones, on this machine or in a bucket.

    1_landing/   ->  music.lines    statements of distributors, exports of Spotify for Artists
    4_curated/   ->  music.curated  datasets whose columns client.toml declares

- The zones between them, 2_raw and 3_staging, hold what another program made of the first, and
  are not read. A file may lie in any folder of a zone; .csv, .tsv and .txt are read, also packed.
- A file is told by its headings, never by its folder; loaders/music/formats.py has them as data.
- A line has no key, and two lines may be equal: a line is its file's bytes and its number there.
  So the same bytes under another name are loaded once.
- Statements say no day of their own in their names: a file's day is that in its name, else when it
  was written. When a sale was, its period says.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from loaders.errors import LoadError
from loaders.files.bucket import AWS, Bucket, StoredFile
from loaders.files.folder import Folder
from loaders.files.load import FileSource
from loaders.files.place import Place, Stream
from loaders.music.curated import CuratedStream
from loaders.music.lines import COLUMNS
from loaders.music.statement import StatementStream
from loaders.sheets.sheet import Dataset
from loaders.source import Account, Setting
from loaders.table import Table, file_table

LANDING = "1_landing"
LINES = file_table("lines", COLUMNS, once=True)
CURATED = file_table("curated", ("dataset",), once=True)
_READ = re.compile(r"\.(csv|tsv|txt)(\.gz)?$|\.zip$", re.IGNORECASE)
_BUCKET = re.compile(r"s3://(?P<name>[^/]+)/?(?P<folder>.*)")


@dataclass(frozen=True)
class Lake(Place):
    """The zones of one label's lake."""

    datasets: tuple[Dataset, ...] = ()
    names_have_days = False

    def files(self, table: str) -> list[StoredFile]:
        """The files that can be statements or exports, or are of a declared dataset."""
        return [
            file
            for file in super().files(table)
            if (_READ.search(file.key) if table == LINES.name else self._dataset(file.key))
        ]

    def open(
        self,
        local: IO[bytes],
        table: Table,
        key: str,
        admit: Callable[[Sequence[str]], None],
    ) -> Stream:
        dataset = self._dataset(key)
        if table.name == LINES.name or dataset is None:
            return StatementStream(local, key)
        admit([column.name for column in dataset.columns])
        return CuratedStream(local, dataset)

    def _dataset(self, key: str) -> Dataset | None:
        name = PurePosixPath(key).name
        return next((one for one in self.datasets if one.takes(name)), None)


def open_lake(account: Account) -> Lake:
    """The lake that the settings name; the curated zone where the client has declared datasets."""
    settings = account.settings
    path, curated = settings["lake_path"], settings["curated_zone"].strip("/")
    if not curated or ".." in PurePosixPath(curated).parts:
        raise LoadError("CURATED_ZONE must be the name of a folder, such as 4_curated")
    bucket = _BUCKET.fullmatch(path)
    if "://" in path and bucket is None:
        raise LoadError(f"DATA_LAKE_PATH: {path} is neither a folder nor s3://bucket/folder")
    folder = f"{bucket['folder'].strip('/')}/".lstrip("/") if bucket else ""
    prefixes = {LINES.name: f"{folder}{LANDING}/"}
    if account.datasets:
        prefixes[CURATED.name] = f"{folder}{curated}/"
    if bucket is None:
        store: Folder | Bucket = Folder(Path(path), "DATA_LAKE_PATH")
    else:
        store = Bucket(bucket["name"], "DATA_LAKE_PATH", settings)
    return Lake(store, prefixes, datasets=account.datasets)


SOURCE = FileSource(
    name="music",
    tables=(LINES, CURATED),
    complete_with=(),  # a statement comes when it comes
    named_by="DATA_LAKE_PATH and CURATED_ZONE",
    settings=(
        Setting("lake_path", names_account=True, env_var="DATA_LAKE_PATH", allow_any_text=True),
        Setting("curated_zone", "4_curated", env_var="CURATED_ZONE"),
        *AWS,
    ),
    open=open_lake,
)
