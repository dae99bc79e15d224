"""A cell of a spreadsheet: what it holds, how it is formatted, and what people see of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a sheet knows no time zone
_COMMAS = "de_DE"  # writes 1.234,50 and 31.12.2025; all others are taken for American


@dataclass(frozen=True)
class Format:
    """A number format, and what it shows of a number."""

    type: str
    pattern: str
    show: Callable[[float], str]

    @property
    def is_temporal(self) -> bool:
        return self.type in ("DATE", "DATE_TIME", "TIME")


def _decimals(places: int, before: str = "") -> Callable[[float], str]:
    return lambda value: f"{'-' if value < 0 else ''}{before}{_rounded(abs(value), places)}"


def _percent(places: int) -> Callable[[float], str]:
    return lambda value: f"{_rounded(value * 100, places)}%"


def _accounting(value: float) -> str:
    return f"(${_rounded(-value, 2)})" if value < 0 else f"${_rounded(value, 2)} "


def _rounded(value: float, places: int) -> str:
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact:,f}"


def _automatic(value: float) -> str:
    """A number that has no format."""
    if abs(value) >= 1e15:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else f"{value:.10g}"


def _moment(value: float) -> datetime:
    return _EPOCH + timedelta(seconds=round(value * 86_400))


def _day(value: float) -> str:
    return f"{_moment(value):%m/%d/%Y}".removeprefix("0").replace("/0", "/")


def _time(value: float) -> str:
    return f"{_moment(value):%I:%M %p}".removeprefix("0")


def _day_and_time(value: float) -> str:
    return f"{_day(value)} {_moment(value).hour}:{_moment(value):%M:%S}"


def _duration(value: float) -> str:
    seconds = round(value * 86_400)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


# The formats the made sheets use. An automatic one has no pattern.
FORMATS = {
    "whole": Format("NUMBER", "#,##0", _decimals(0)),
    "number": Format("NUMBER", "#,##0.00", _decimals(2)),
    "currency": Format("CURRENCY", '"$"#,##0.00', _decimals(2, "$")),
    "euro": Format("CURRENCY", "[$€]#,##0.00", _decimals(2, "€")),
    "accounting": Format("CURRENCY", '"$"#,##0.00_);("$"#,##0.00)', _accounting),
    "percent": Format("PERCENT", "0.00%", _percent(2)),
    "percent_whole": Format("PERCENT", "0%", _percent(0)),
    "scientific": Format("SCIENTIFIC", "0.00E+00", "{:.2E}".format),
    "date": Format("DATE", "yyyy-mm-dd", lambda value: f"{_moment(value).date()}"),
    "date_automatic": Format("DATE", "", _day),
    "month": Format("DATE", "mmm yyyy", lambda value: f"{_moment(value):%b %Y}"),
    "datetime": Format("DATE_TIME", "m/d/yyyy h:mm:ss", _day_and_time),
    "time": Format("TIME", "h:mm am/pm", _time),
    "duration": Format("TIME", "[h]:mm:ss", _duration),
}

# What is shown of an error, and how the API calls it.
ERRORS = {
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
    "#ERROR!": "ERROR",
    "Loading...": "LOADING",
}


@dataclass(frozen=True)
class SheetError:
    """The result of a formula that failed."""

    shown: str

    @property
    def type(self) -> str:
        """The name the API has for it."""
        return ERRORS[self.shown]


Value = bool | int | float | str | SheetError | None


@dataclass(frozen=True)
class SheetCell:
    """One cell; dates and times are numbers, which only the format shows."""

    value: Value = None
    format: Format | None = None
    formula: str | None = None


BLANK = SheetCell()


def made(
    value: object = None,
    format: str | None = None,
    *,
    formula: str | None = None,
    error: str | None = None,
) -> SheetCell:
    """A cell as people type it: dates, and ISO dates under a date's format, become serials."""
    if format is not None and format not in FORMATS:
        raise ValueError(f"no format {format!r}; there are: {', '.join(FORMATS)}")
    if error is not None and error not in ERRORS:
        raise ValueError(f"no error {error!r}; there are: {', '.join(ERRORS)}")
    kind = FORMATS[format] if format else None
    if isinstance(value, str) and kind and kind.is_temporal:
        value = datetime.fromisoformat(value)
    if error is not None:
        return SheetCell(SheetError(error), kind, "=made_to_fail()")
    if isinstance(value, date | time | timedelta):
        return SheetCell(serial(value), kind, formula)
    if value is None or isinstance(value, bool | int | float | str):
        return SheetCell(value, kind, formula)
    raise ValueError(f"a cell cannot hold {value!r}")


def serial(moment: date | time | timedelta) -> int | float:
    """Days since 1899-12-30; the time of the day is the fraction."""
    if isinstance(moment, time):
        moment = datetime.combine(_EPOCH, moment)
    elif isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    days = (moment - _EPOCH if isinstance(moment, datetime) else moment) / timedelta(days=1)
    return int(days) if days == int(days) else days


def plain(value: int | float) -> int | float:
    """A number as JSON has it: 5.0 is 5, and digits behind the fifteenth are lost."""
    as_float = float(value)
    return int(as_float) if as_float == int(as_float) and abs(as_float) < 1e15 else as_float


def shown(cell: SheetCell, locale: str) -> str:
    """What people see."""
    value, kind = cell.value, cell.format
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, SheetError):
        return value.shown
    if isinstance(value, bool):
        return str(value).upper()
    text = (kind.show if kind else _automatic)(float(value))
    if locale != _COMMAS:
        return text
    if kind and kind.is_temporal:
        return text if kind.pattern else f"{_moment(value):%d.%m.%Y}"
    return text.translate(str.maketrans(",.", ".,"))
