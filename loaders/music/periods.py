"""The days and periods that statements name; ValueError says why a text names none.

2026-06-15, 2026-06, 2026M06, 06/2026, JUN-26, June 2026, 2026-Q1, Q1 2026, 2026, and two months
in one: 2026-05 - 2026-06, May-June 2026. In JUN-26, 26 is the year.
"""

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

from loaders.sheets.cells import typed_date

CENTURY = 2000  # of years of two digits


class Period(NamedTuple):
    """Days, both included."""

    start: date
    end: date


_NAMES = [name.lower() for name in calendar.month_abbr]
_WORD = r"(?P<word>[a-z]{3,9})\.?"
_QUARTERS = [
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[- ]?q(?P<quarter>[1-4])",
        r"q(?P<quarter>[1-4])[- /]?(?P<year>\d{4})",
    )
]
_MONTHS = [
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/.m ](?P<month>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        rf"{_WORD}[- /']{{0,2}}(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}})[- /]{_WORD}",
    )
]
_TWO_MONTHS = re.compile(r"([a-z]{3,9})\.? ?[-/&+\u2013] ?([a-z]{3,9}\.?[- /']{0,2}(\d{4}|\d{2}))")
_BETWEEN = re.compile(r" - | to | \u2013 |\u2013|(?<=\d)/(?=\d{4}-)|(?<=\d)_(?=\d)|~")


def period(text: str, *, is_month: bool = False) -> Period:
    """The period that a text names; `is_month`: a day stands for its month."""
    said = " ".join(text.lower().split())
    if two := _TWO_MONTHS.fullmatch(said):
        first, last = _one(f"{two[1]} {two[3]}", text), _one(two[2], text)
    else:
        parts = _BETWEEN.split(said)
        if len(parts) > 2:
            raise ValueError(f"{text!r} is not a period")
        first, last = _one(parts[0], text), _one(parts[-1], text)
    found = Period(first.start, last.end)
    if is_month:
        found = Period(found.start.replace(day=1), _month(found.end.year, found.end.month).end)
    if found.start > found.end:
        raise ValueError(f"{text!r} ends before it begins")
    return found


def day(text: str) -> date:
    """The one day that a text names."""
    return typed_date(" ".join(text.split()))


def _one(said: str, text: str) -> Period:
    """A day, month, quarter or year."""
    try:
        for pattern in _QUARTERS:
            if found := pattern.fullmatch(said):
                year, first = int(found["year"]), 3 * int(found["quarter"]) - 2
                return Period(date(year, first, 1), _month(year, first + 2).end)
        for pattern in _MONTHS:
            if found := pattern.fullmatch(said):
                parts = found.groupdict()
                year = int(parts["year"]) + (CENTURY if len(parts["year"]) == 2 else 0)
                number = _number(parts["word"]) if "word" in parts else int(parts["month"])
                return _month(year, number)
        if re.fullmatch(r"\d{4}", said):
            return Period(date(int(said), 1, 1), date(int(said), 12, 31))
        one = typed_date(said)
        return Period(one, one)
    except ValueError as reason:
        if "may begin" in str(reason):  # with the day or the month
            raise
        raise ValueError(f"{text!r} is not a period") from None


def _month(year: int, month: int) -> Period:
    start = date(year, month, 1)
    return Period(start, start + timedelta(calendar.monthrange(year, month)[1] - 1))


def _number(word: str) -> int:
    number = _NAMES.index(word[:3])
    if not calendar.month_name[number].lower().startswith(word) and word != "sept":
        raise ValueError(word)
    return number
