"""A cell of a spreadsheet: what it holds, how it is formatted, and what people see of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a sheet knows no time zone

# Locales that write 1.234,50 instead of 1,234.50; all others are taken for American.
_COMMA_LOCALES = ("de_DE", "es_ES", "pt_BR")


@dataclass(frozen=True)
class Format:
    """A number format; an automatic one has no pattern, and is shown as the locale does."""

    type: str
    pattern: str = ""

    @property
    def is_temporal(self) -> bool:
        return self.type in ("DATE", "DATE_TIME", "TIME")


# The formats the made sheets use; `shown` knows no others.
FORMATS = {
    "whole": Format("NUMBER", "#,##0"),
    "number": Format("NUMBER", "#,##0.00"),
    "currency": Format("CURRENCY", '"$"#,##0.00'),
    "euro": Format("CURRENCY", "[$€]#,##0.00"),
    "accounting": Format("CURRENCY", '"$"#,##0.00_);("$"#,##0.00)'),
    "percent": Format("PERCENT", "0.00%"),
    "percent_whole": Format("PERCENT", "0%"),
    "scientific": Format("SCIENTIFIC", "0.00E+00"),
    "date": Format("DATE", "yyyy-mm-dd"),
    "date_automatic": Format("DATE"),
    "month": Format("DATE", "mmm yyyy"),
    "datetime": Format("DATE_TIME", "m/d/yyyy h:mm:ss"),
    "time": Format("TIME", "h:mm am/pm"),
    "duration": Format("TIME", "[h]:mm:ss"),
}
_DECIMALS = {"#,##0.00": 2, '"$"#,##0.00': 2, "[$€]#,##0.00": 2, "0.00%": 2}
_UNITS = {'"$"': "$", "[$€": "€"}

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
    message: str = ""

    @property
    def type(self) -> str:
        """The name the API has for it."""
        return ERRORS[self.shown]


Value = bool | int | float | str | SheetError | None


@dataclass(frozen=True)
class SheetCell:
    """One cell; dates and times are numbers, told apart by the format alone."""

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
    held: Value
    if error is not None:
        held = SheetError(error, f"The formula failed: {error}")
        formula = formula or "=made_to_fail()"
    elif isinstance(value, date | time | timedelta):
        held = serial(value)
    elif value is None or isinstance(value, bool | int | float | str):
        held = value
    else:
        raise ValueError(f"a cell cannot hold {value!r}")
    return SheetCell(held, kind, formula)


def serial(moment: date | time | timedelta) -> int | float:
    """Days since 1899-12-30; the time of the day is the fraction."""
    if isinstance(moment, datetime):
        days = (moment - _EPOCH) / timedelta(days=1)
    elif isinstance(moment, date):
        days = float((moment - _EPOCH.date()).days)
    elif isinstance(moment, time):
        days = (datetime.combine(_EPOCH, moment) - _EPOCH) / timedelta(days=1)
    else:
        days = moment / timedelta(days=1)
    return int(days) if days == int(days) else days


def plain(value: int | float) -> int | float:
    """A number as JSON has it: 5.0 is 5, and digits behind the fifteenth are lost."""
    as_float = float(value)
    return int(as_float) if as_float == int(as_float) and abs(as_float) < 1e15 else as_float


def shown(cell: SheetCell, locale: str = "en_US") -> str:
    """FORMATTED_VALUE: what people see."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, SheetError):
        return value.shown
    if isinstance(value, bool):
        return str(value).upper()
    if cell.format and cell.format.is_temporal:
        return _moment(float(value), cell.format.pattern, locale)
    return _in_locale(_number(float(value), cell.format), locale)


def _number(value: float, kind: Format | None) -> str:
    if kind is None:
        return _automatic(value)
    if kind.type == "SCIENTIFIC":
        return f"{value:.2E}"
    if kind.type == "PERCENT":
        return _rounded(value * 100, _DECIMALS.get(kind.pattern, 0)) + "%"
    positive, _, negative = kind.pattern.partition("_);")
    unit = _UNITS.get(positive[:3], "")
    digits = _rounded(abs(value), _DECIMALS.get(positive, 0))
    if negative:
        return f"({unit}{digits})" if value < 0 else f"{unit}{digits} "
    return f"{'-' if value < 0 else ''}{unit}{digits}"


def _rounded(value: float, decimals: int) -> str:
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact:,f}"


def _automatic(value: float) -> str:
    if abs(value) >= 1e15:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else f"{value:.10g}"


def _moment(value: float, pattern: str, locale: str) -> str:
    moment = _EPOCH + timedelta(seconds=round(value * 86_400))
    hour, minute, second = moment.hour, moment.minute, moment.second
    if not pattern and locale in _COMMA_LOCALES:
        return f"{moment:%d.%m.%Y}"
    day = f"{moment.month}/{moment.day}/{moment.year}"
    seconds = round(value * 86_400)
    return {
        "": day,
        "yyyy-mm-dd": f"{moment.date()}",
        "mmm yyyy": f"{moment:%b %Y}",
        "m/d/yyyy h:mm:ss": f"{day} {hour}:{minute:02}:{second:02}",
        "h:mm am/pm": f"{hour % 12 or 12}:{minute:02} {'AM' if hour < 12 else 'PM'}",
        "[h]:mm:ss": f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}",
    }[pattern]


def _in_locale(text: str, locale: str) -> str:
    if locale not in _COMMA_LOCALES:
        return text
    return text.translate(str.maketrans(",.", ".,"))
