"""Which files of a bucket a load has to read: those that are not loaded in the version listed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter

from loaders.files.bucket import StoredFile
from loaders.files.days import named
from loaders.source import Request
from loaders.windows import local_day, midnight

_EXTENSION = re.compile(r"\.(csv|txt|gz|gzip|zip)(?![a-z0-9])")
_BETWEEN = re.compile(r"[-_. ()\[\]+]+")
_NUMBER = re.compile(r"0*([0-9]+)")


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

    @property
    def sort_key(self) -> str:
        return sort_key(self.key, self.stored.last_modified)


def to_read(
    table: str,
    stored: Sequence[StoredFile],
    known: Mapping[str, str],
    *,
    request: Request,
    timezone: str,
) -> list[File]:
    """The files to read, oldest first; `known` is the ETag of each file that is loaded."""
    first, last = request.start_date or date.min, request.end_date or date.max
    files = [File(table, one, day_of(one, timezone), replaces=one.key in known) for one in stored]
    files = [file for file in files if first <= file.day <= last]
    files.sort(key=attrgetter("day", "sort_key"))
    if request.max_files is not None:
        files = files[max(0, len(files) - request.max_files) :]
    return [
        file for file in files if request.full_refresh or known.get(file.key) != file.stored.etag
    ]


def day_of(stored: StoredFile, timezone: str) -> date:
    """The day that the file's key names, else that on which it was written."""
    found = named(stored.key)
    return found.day if found else local_day(stored.last_modified, timezone)


def sort_key(key: str, last_modified: datetime) -> str:
    """By whose bytes the files of a day stand in the order in which they were meant.

    Numbers count as numbers, signs between words are one like the other, extensions do not count:
    `x.csv` comes before `x-v2.csv` and `x (9).csv` before `x (10).csv`. Then the time when it was
    written decides, at last the bytes of the key.
    """
    name = _BETWEEN.sub("-", _EXTENSION.sub("", key.lower())).rstrip("-")
    natural = _NUMBER.sub(lambda number: f"{len(number[1]):04}{number[1]}", name)
    moment = last_modified.astimezone(UTC).isoformat(timespec="microseconds")
    return "\t".join((natural, moment, key))


def covers(day: date, stored: StoredFile, timezone: str) -> bool:
    """Whether the file was written after the day had ended where the client is."""
    return stored.last_modified >= midnight(day + timedelta(1), timezone)
