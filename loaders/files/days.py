"""The day that the key of a file names, in any of the usual spellings.

Between dashes, underscores and nothing the month comes first, between dots the day, where both are
days of the calendar. A name that can be read in two ways, or names two days, has both readings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_YEAR = r"(?P<year>20\d\d)"
_END = r"(?!\d)"
_CLOCK = r"(?=(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d{3}|\d{6})?)?(?!\d)|(?!\d))"  # or the end
_ORDINAL = r"(?:st|nd|rd|th)?"
_GAP = r"[-_./, ]{0,2}"
_SPELLINGS = [
    re.compile(pattern)
    for pattern in (
        # 20251205, also with a time of day behind it
        rf"(?<!\d){_YEAR}(?P<month>\d\d)(?P<day>\d\d){_CLOCK}",
        # 2025-12-05, 2025/12/5, 2025-12/05
        rf"(?<!\d){_YEAR}(?P<gap>[-_./ ])(?P<month>\d\d?)(?:(?P=gap)|/)(?P<day>\d\d?)"
        rf"(?:(?<=(?P=gap)\d\d){_CLOCK}|{_END})",
        # year=2025/month=12/day=05
        rf"(?<![a-z])y(?:ea|yyy|)r?={_YEAR}/mo?n?(?:th|m)?=(?P<month>\d\d?)/d(?:ay|d)?="
        rf"(?P<day>\d\d?){_END}",
        # 12-05-2025, 05.12.2025
        rf"(?<!\d)(?P<first>\d\d?)(?P<gap>[-_./ ])(?P<second>\d\d?)(?P=gap){_YEAR}{_END}",
        # 12052025, also with a time of day behind it
        rf"(?<!\d)(?P<first>\d\d)(?P<second>\d\d){_YEAR}{_CLOCK}",
        # 5-Dec-2025, 5th December 2025; Dec-05-2025, December 5, 2025; 2025-Dec-05
        rf"(?<!\d)(?P<day>\d\d?){_ORDINAL}{_GAP}{_MONTH}{_GAP}{_YEAR}{_END}",
        rf"(?<![a-z]){_MONTH}{_GAP}(?P<day>\d\d?){_ORDINAL}[-_./, ]{{1,2}}{_YEAR}{_END}",
        rf"(?<![a-z]){_MONTH}(?P<day>\d\d){_YEAR}{_END}",
        rf"(?<!\d){_YEAR}{_GAP}{_MONTH}{_GAP}(?P<day>\d\d?){_END}",
    )
]
# what has digits that are no day: UUIDs, and hashes in hexadecimal figures
_MADE_UP = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}")


@dataclass(frozen=True)
class Named:
    """A day as a key names it, and the other one that may be meant."""

    day: date
    other: date | None = None


def named(key: str) -> Named | None:
    """The day in a file's key; None where there is none.

    The first day in its own name counts, else the last one in its folders' names, else one that
    begins there and ends in its own.
    """
    text = _MADE_UP.sub("~", key.lower())
    folders, _, name = text.rpartition("/")
    found = _days(name) or _days_of_last_folder(folders) or _days(text)
    if not found:
        return None
    first, *others = (named for _, named in found)
    return Named(first.day, next((n.day for n in others if n.day != first.day), first.other))


def _days_of_last_folder(folders: str) -> list[tuple[int, Named]]:
    """The days that begin in the last folder in which one does, the last one first."""
    found = _days(folders)
    return [one for one in reversed(found) if "/" not in folders[one[0] : found[-1][0]]]


def _days(text: str) -> list[tuple[int, Named]]:
    """The days in a text and where they begin, in their order."""
    found = [
        (match.start(), named)
        for spelling in _SPELLINGS
        for match in spelling.finditer(text)
        if (named := _read(match))
    ]
    return sorted(found, key=lambda one: one[0])


def _read(match: re.Match[str]) -> Named | None:
    """The readings of one spelling that are days of the calendar, the likelier one first."""
    said = match.groupdict()
    year = int(said["year"])
    if "first" not in said:
        name = said.get("name")
        month = _MONTHS.index(name[:3]) + 1 if name else int(said["month"])
        return next(_calendar(year, [(month, int(said["day"]))]), None)
    first, second = int(said["first"]), int(said["second"])
    likelier = [(first, second), (second, first)]
    readings = [*_calendar(year, likelier[::-1] if said.get("gap") == "." else likelier)]
    if not readings:
        return None
    other = readings[-1].day
    return Named(readings[0].day, other if other != readings[0].day else None)


def _calendar(year: int, readings: list[tuple[int, int]]) -> Iterator[Named]:
    for month, day in readings:
        try:
            yield Named(date(year, month, day))
        except ValueError:
            continue
