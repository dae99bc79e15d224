"""A folder of this machine: what lies in it, and one file at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from loaders.errors import ApiError, FileError
from loaders.files.bucket import StoredFile


@dataclass(frozen=True)
class Folder:
    """One folder; `setting` is the variable that names it. A file's key is its path from there."""

    path: Path
    setting: str

    def address(self, prefix: str) -> str:
        return str(self.path / prefix)

    def files(self, prefix: str) -> list[StoredFile]:
        """Every file below a prefix but hidden ones; ApiError when it cannot be listed."""
        found = []
        try:
            for folder, folders, names in os.walk(self.path / prefix, onerror=_raise):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                for path in (Path(folder) / name for name in sorted(names) if name[0] != "."):
                    found.append(_stored(path.relative_to(self.path).as_posix(), path.stat()))
        except OSError as error:
            raise ApiError(
                f"{error.filename} cannot be listed: {error.strerror}", f"check {self.setting}"
            ) from error
        return found

    @contextmanager
    def read(self, file: StoredFile) -> Iterator[tuple[StoredFile, IO[bytes]]]:
        """The file, in its present version; FileError where it changes while it is read."""
        try:
            with (self.path / file.key).open("rb") as local:
                present = _stored(file.key, os.fstat(local.fileno()))
                yield present, local
                if _stored(file.key, (self.path / file.key).stat()) != present:
                    raise FileError("was changed while it was read")
        except OSError as error:
            raise FileError(f"cannot be read: {error.strerror}") from error


def _stored(key: str, stat: os.stat_result) -> StoredFile:
    """Its version is when it was written, and its size, as for rsync."""
    written = datetime.fromtimestamp(stat.st_mtime, UTC)
    return StoredFile(key, f"{stat.st_mtime_ns}-{stat.st_size}", stat.st_size, written)


def _raise(error: OSError) -> None:
    raise error
