"""A backup of a DuckDB file: the file itself, with everything in it that its WAL held."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from loaders.errors import WarehouseError
from loaders.warehouse import DuckDB
from loaders.warehouse.base import Say
from loaders.warehouse.duckdb import IN_USE
from signalroom.export.files import beside
from signalroom.operations.backups.contents import (
    Contents,
    contents,
    newest,
    refuse_difference,
)


class CopiedFile(DuckDB):
    """A backup, which no setting names."""

    def _refusal(self, reason: str) -> WarehouseError:
        return WarehouseError(f"cannot open {self.path}: {reason}")


class DuckDBCopy:
    """The warehouse of target dev as a file to keep."""

    begins = (8, b"DUCK")  # where, with what

    def __init__(self, warehouse: DuckDB) -> None:
        self.warehouse = warehouse

    def room(self) -> int:
        """The bytes that a backup may need."""
        parts = (self.warehouse.path, Path(f"{self.warehouse.path}.wal"))
        return sum(part.stat().st_size for part in parts if part.exists())

    def take(self, path: Path) -> Contents:
        """Copy the file while nobody else can have it open for writing; what it holds."""
        with self.warehouse.session(read_only=False) as connection:
            connection.execute("checkpoint")
            taken = contents(self.warehouse)
            # last: the system lets go of a process's lock on a file when it closes any handle of it
            shutil.copyfile(self.warehouse.path, path)
            return taken

    def verify(self, path: Path, taken: Contents, name: str) -> str:
        """Open the copy, which is all that restoring takes, and compare; how it was done."""
        refuse_difference(name, taken, contents(CopiedFile(path)))
        return "opened and compared"

    def newest_in(self, path: Path) -> datetime | None:
        """When the newest run ended that a backup knows of."""
        return newest(CopiedFile(path))

    @contextmanager
    def replacing(self, say: Say) -> Iterator[datetime | None]:
        """The lock; yields when the newest run of what is there ended."""
        path = self.warehouse.path
        with self.warehouse.turn("signalroom restore", say):
            if not self.warehouse.exists():
                yield None
                return
            try:
                with self.warehouse.session(read_only=False):  # takes in its WAL, too
                    ended = newest(self.warehouse)
            except WarehouseError as error:
                if IN_USE in str(error):
                    raise
                say(f"{error}: it is judged by its file's time")
                ended = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
            self.warehouse.forget()
            yield ended

    def put_back(self, path: Path, now: datetime) -> str:
        """Give a copy the warehouse's name once all of it could be read; where the former is."""
        ours = self.warehouse.path
        with beside(ours) as part:
            contents(CopiedFile(path))
            shutil.copyfile(path, part)
            if not ours.exists():
                return "there was none before"
            kept = Path(f"{ours}.replaced-{now:%Y%m%dT%H%M%SZ}")
            # a WAL would be played into whatever file takes the name
            if (wal := Path(f"{ours}.wal")).exists():
                wal.rename(f"{kept}.wal")
            try:
                kept.hardlink_to(ours)  # so that there is a warehouse at every moment
            except OSError:
                ours.rename(kept)
        return f"the former one is {kept}"
