"""The value of a sheet's cell as a type of column; ValueError says why it has none.

A sheet has numbers, texts and booleans; dates and percentages are numbers that are shown so. What
people typed as text is taken where it can mean one thing only: 1,234 or 12/2/2025 can mean two.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from loaders.fitting import FITTERS
from loaders.sheets.sheet import RAW_TYPES, SheetType
from loaders.sheets.units import POINT_CURRENCIES, UNIT, beside, currencies_of

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
EPOCH = date(1899, 12, 30)  # day 0 of every sheet
DAY = 86_400
EXACT_BELOW = 10**15  # a sheet keeps fifteen digits of a number
MOMENTS = ("DATE", "DATE_TIME", "TIME")
SEPARATOR = re.compile(r"[.,' ]")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
YES_OR_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
YES_OR_NO |= {"1": True, "0": False}

_TIME = (
    r"(?:[t ]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?)"
    r"(?: ?(?P<zone>z|utc|gmt|[-+\u2212]\d{2}:?(?:\d{2})?))?)?"
)
_WORD = r"(?P<word>[a-z]+)\.?,?"
_DATES = [
    re.compile(pattern + _TIME)
    for pattern in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})([-/.])(?P<second>\d{1,2})\2(?P<year>\d{4})",
        rf"(?P<day>\d{{1,2}})\.?[ -]{_WORD}[ -](?P<year>\d{{4}})",
        rf"{_WORD} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})",
    )
]
_MONTHS = [
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})/(?P<year>\d{4})",
        rf"{_WORD}[ -](?P<year>\d{{4}})",
    )
]


@dataclass(frozen=True)
class Cell:
    """What a cell holds, what people see of it, and the kind of its format."""

    value: bool | int | float | str | None = None
    shown: str = ""
    format: str = ""
    is_error: bool = False

    @classmethod
    def of(cls, answered: Mapping[str, Any]) -> "Cell":
        """A cell as Google answers it: a number is exact in the digits of its JSON."""
        effective = answered.get("effectiveValue", {})
        kind, value = next(iter(effective.items()), ("", None))
        number_format = answered.get("effectiveFormat", {}).get("numberFormat", {})
        shown = clean(answered.get("formattedValue", ""))
        if kind == "errorValue":
            return cls(None, shown, is_error=True)
        if kind == "stringValue":
            value = clean(str(value)) or None
        return cls(value, shown, number_format.get("type", ""))

    @property
    def is_blank(self) -> bool:
        """Nothing that anybody sees."""
        return self.value is None and not self.is_error

    def __str__(self) -> str:
        return self.shown or str(self.value)


def clean(text: str) -> str:
    """Text without what one cannot see: blanks around it, double ones, line breaks."""
    return " ".join(INVISIBLE.sub("", text).split())


def value_of(cell: Cell, kind: SheetType, currency: str) -> Any:
    """The value of a cell as its column wants it, None where it is blank."""
    if cell.is_error:
        raise ValueError(f"{cell.shown!r} is the error of a formula")
    if cell.value is None:
        return None
    return FITTERS[RAW_TYPES[kind]](_READERS[kind](cell, currency))


def _text(cell: Cell, _: str) -> str:
    """Text as it was typed; a plain number by its digits, an amount or a time as it is shown."""
    value = cell.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if cell.format in (*MOMENTS, "CURRENCY", "PERCENT"):
        return cell.shown
    return f"{_exact(cell):f}"


def _amount(cell: Cell, currency: str) -> Decimal:
    if isinstance(cell.value, bool):
        raise ValueError(f"{str(cell)!r} is not a number")
    if cell.format in MOMENTS and not isinstance(cell.value, str):
        raise ValueError(f"{str(cell)!r} is a date or a time, and not a number")
    if cell.format == "PERCENT" and not isinstance(cell.value, str):
        raise ValueError(f"{str(cell)!r} is a percentage")
    if not isinstance(cell.value, str):
        if re.search(r"\d", cell.shown):
            _check_units(cell.shown, beside(cell.shown), currency)
        return _exact(cell)
    if re.search(r"\d", cell.value):  # TBD is not a currency
        _check_units(cell.value, UNIT.findall(cell.value), currency)
    bare, units = UNIT.subn("", cell.value, count=2)
    return typed_number(bare or cell.value, is_dollars=bool(units) and currency in POINT_CURRENCIES)


def _percent(cell: Cell, _: str) -> Decimal:
    """A share; a bare 12.5 may be meant as 12.5% or as 1,250%."""
    value = cell.value
    if isinstance(value, str) and value.endswith("%"):
        return typed_number(value.removesuffix("%").rstrip()) / 100
    if isinstance(value, bool | str) or (cell.format != "PERCENT" and value != 0):
        raise ValueError(f"{str(cell)!r} has no % sign, and is not a percentage")
    return _exact(cell)


def _date(cell: Cell, _: str) -> date:
    if isinstance(cell.value, str):
        return typed_date(cell.value)
    return _day(cell)


def _month(cell: Cell, _: str) -> date:
    if isinstance(cell.value, str):
        return typed_date(cell.value, months_too=True).replace(day=1)
    return _day(cell).replace(day=1)


def _boolean(cell: Cell, _: str) -> bool:
    spelled = YES_OR_NO.get(str(cell.value).lower())
    if spelled is None:
        raise ValueError(f"{str(cell)!r} is neither yes nor no")
    return spelled


_READERS: Mapping[SheetType, Callable[[Cell, str], Any]] = {
    "text": _text,
    "integer": _amount,
    "decimal": _amount,
    "percent": _percent,
    "date": _date,
    "month": _month,
    "boolean": _boolean,
}


def _exact(cell: Cell) -> Decimal:
    """A number by its shortest digits: 0.1 is a tenth."""
    number = Decimal(str(cell.value))
    if abs(number) >= EXACT_BELOW:
        raise ValueError(
            f"{str(cell)!r} has more digits than a sheet keeps of a number; type it as text"
        )
    return number


def _day(cell: Cell) -> date:
    """The day of a serial number; without a date's format it is a number like any other."""
    if isinstance(cell.value, bool) or cell.format not in ("DATE", "DATE_TIME"):
        raise ValueError(f"{str(cell)!r} is not a date; format the cell as one")
    try:
        # to the second, as it is shown: a formula may miss midnight by a hair
        return EPOCH + timedelta(days=round(float(cell.value or 0) * DAY) // DAY)
    except OverflowError:
        raise ValueError(f"{str(cell)!r} is not a date") from None


def _check_units(text: str, units: Iterable[str], currency: str) -> None:
    """Refuse an amount with the sign, word or code of another currency than the client's."""
    for unit in units:
        if currency not in currencies_of(unit):
            raise ValueError(f"{text!r} is not in {currency}")


def typed_number(text: str, *, is_dollars: bool = False) -> Decimal:
    """A number that was typed as text, where its points and commas can mean one thing only.

    `is_dollars`: or of another currency whose people write no fraction behind a comma.
    """
    digits = text.replace("\u2212", "-").strip()
    sign = 1
    if digits.startswith("(") and digits.endswith(")"):
        digits, sign = digits[1:-1].strip(), -1
    elif digits[:1] in ("+", "-"):
        digits, sign = digits[1:].lstrip(), -1 if digits[0] == "-" else 1
    if not re.fullmatch(r"[0-9.,' ]*[0-9]", digits):
        raise ValueError(f"{text!r} is not a number")
    whole, fraction = _parted(digits, text, is_dollars)
    return sign * Decimal(f"{whole or 0}.{fraction or 0}")


def _parted(digits: str, text: str, is_dollars: bool) -> tuple[str, str]:
    """The digits before and behind the decimal point, without separators of thousands."""
    marks = SEPARATOR.findall(digits)
    last = marks[-1] if marks else ""
    is_point = last in (".", ",") and marks.count(last) == 1
    if is_dollars and re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        is_point = False
    whole, _, fraction = digits.rpartition(last) if is_point else (digits, "", "")
    groups = SEPARATOR.split(whole)
    grouped = len(set(SEPARATOR.findall(whole))) == 1 and re.fullmatch(
        r"[1-9]\d{0,2}(\D\d{3})+", whole
    )
    if len(groups) > 1 and not grouped:
        raise ValueError(f"{text!r} is not a number")
    if is_point and len(marks) == 1 and len(fraction) == 3 and re.fullmatch(r"[1-9]\d{0,2}", whole):
        raise ValueError(f"{text!r} may mean thousands or a fraction; type it as a number")
    return "".join(groups), fraction


def typed_date(text: str, *, months_too: bool = False) -> date:
    """A date that was typed as text, where day and month cannot be taken for each other."""
    for pattern in (*_DATES, *(_MONTHS if months_too else ())):
        if found := pattern.fullmatch(text.lower()):
            break
    else:
        raise ValueError(f"{text!r} is not a date")
    parts = found.groupdict()
    if parts.get("zone"):
        _check_midnight(parts["time"], parts["zone"], text)
    month = _month_of(parts["word"], text) if parts.get("word") else int(parts.get("month") or 0)
    day = int(parts.get("day") or 1)
    if parts.get("first"):
        first, second = int(parts["first"]), int(parts["second"])
        if max(first, second) <= 12 and first != second:
            raise ValueError(f"{text!r} may begin with the day or the month; format it as a date")
        month, day = (second, first) if first > 12 else (first, second)
    try:
        return date(int(parts["year"]), month, day)
    except ValueError:
        raise ValueError(f"{text!r} is not a date") from None


def _check_midnight(time: str, zone: str, text: str) -> None:
    """Refuse a moment of a zone that is not the midnight with which a program writes a day."""
    if time.strip("0:.") or (zone[0] == "+" and zone.strip("+0:")):
        raise ValueError(f"{text!r} is a moment, of another day elsewhere; type the day alone")


def _month_of(word: str, text: str) -> int:
    for number, name in enumerate(MONTHS, start=1):
        if len(word) >= 3 and name.startswith(word):
            return number
    raise ValueError(f"{text!r} is not a date")
