"""Which files of a bucket a load has to read: those that are not loaded in the version listed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from loaders.files.bucket import StoredFile
from loaders.source import Request
from loaders.windows import local_day, midnight

# 2025-12-05, 20251205, 2025/12/05; a time of day may follow
DAY_IN_KEY = re.compile(r"(?<!\d)(20\d\d)([-_./]?)(0[1-9]|1[0-2])\2([0-3]\d)(?=\d{6}(?!\d)|(?!\d))")


@dataclass(frozen=True)
class File:
    """A file to be read. `replaces` says that another version of it is loaded."""

    table: str
    stored: StoredFile
    day: date
    replaces: bool

    @property
    def key(self) -> str:
        return self.stored.key


def to_read(
    table: str,
    stored: Sequence[StoredFile],
    known: Mapping[str, str],
    *,
    request: Request,
    timezone: str,
) -> list[File]:
    """The files to read, oldest day first; `known` is the ETag of each file that is loaded."""
    first, last = request.start_date or date.min, request.end_date or date.max
    files = [File(table, one, day_of(one, timezone), replaces=one.key in known) for one in stored]
    files = [file for file in files if first <= file.day <= last]
    files.sort(key=attrgetter("day", "key"))
    if request.max_files is not None:
        files = files[max(0, len(files) - request.max_files) :]
    return [
        file for file in files if request.full_refresh or known.get(file.key) != file.stored.etag
    ]


def day_of(stored: StoredFile, timezone: str) -> date:
    """The day that the file's key names, else that on which it was written.

    The first day in its own name counts, else the last one in its folders'.
    """
    folders, _, name = stored.key.rpartition("/")
    for year, _, month, day in (*DAY_IN_KEY.findall(name), *DAY_IN_KEY.findall(folders)[::-1]):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return local_day(stored.last_modified, timezone)


def covers(day: date, stored: StoredFile, timezone: str) -> bool:
    """Whether the file was written after the day had ended where the client is."""
    return stored.last_modified >= midnight(day + timedelta(1), timezone)
