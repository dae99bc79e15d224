"""Values in the types of columns, exact and spelled one way on every engine.

ValueError says why a value has no place in a column.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal

ColumnType = Literal["date", "text", "bigint", "decimal", "timestamp", "bool", "json"]

CENT_OF_A_CENT = Decimal("0.0001")  # decimal(18,4), the money of every raw table
MOST_DIGITS = 1000  # of a number before or behind its point: sums of larger ones fail
MONEY_LIMIT = Decimal(10) ** 14
COUNT_LIMIT = 2**63
WHOLE_LIMIT = 10**18  # a whole number below it is written as one; every engine keeps its digits
NUL_ESCAPE = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")  # jsonb refuses it
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # Postgres refuses NUL; none is text


def number(value: Any) -> Decimal | None:
    """A JSON number, numeric text or nothing as an exact decimal; ValueError for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(f"{value!r} is not a number")
    try:
        decimal = Decimal(str(value).strip().replace("_", "x"))  # 1_0 is 10 in Python alone
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not decimal.is_finite() or abs(decimal.adjusted()) > MOST_DIGITS:
        raise ValueError(f"{value!r} is not a number")
    return decimal


def fit_decimal(value: Any) -> Decimal | None:
    decimal = number(value)
    if decimal is None:
        return None
    if abs(decimal) >= MONEY_LIMIT:
        raise ValueError(f"{value!r} does not fit decimal(18,4)")
    return decimal.quantize(CENT_OF_A_CENT, ROUND_HALF_UP)


def fit_bigint(value: Any) -> int | None:
    decimal = number(value)
    if decimal is None:
        return None
    if decimal != decimal.to_integral_value():
        raise ValueError(f"{value!r} is not a whole number")
    if abs(decimal) >= COUNT_LIMIT:
        raise ValueError(f"{value!r} does not fit bigint")
    return int(decimal)


def fit_text(value: Any) -> str | None:
    """Text without control characters, tabs and line breaks too; of blanks alone it is nothing.

    The blanks are Unicode's. Around other text they stay: a key is what the source says it is.
    """
    if value is None:
        return None
    if isinstance(value, dict | list | bool):  # of which the reason must not show what is in it
        raise ValueError(f"a {type(value).__name__} is not text")
    if isinstance(value, float | Decimal) and isinstance(plain_number(value), int):
        value = plain_number(value)
    text = whole(CONTROL_CHARACTERS.sub("", str(value)))
    return text if text.strip() else None


def fit_date(value: Any) -> date | None:
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError(f"{value} is a moment, and not a date")
        return value.date()
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    raise ValueError(f"{value!r} is not a date")


def fit_timestamp(value: Any) -> datetime | None:
    """A moment in UTC; text is ISO 8601, and means UTC where it names no zone."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{value!r} is not a time") from None
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} is not a time")
    try:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value} is not a time that a warehouse can hold") from None


def fit_bool(value: Any) -> bool | None:
    if value is None or value == "":
        return None
    spelled = {"1": True, "true": True, "0": False, "false": False}.get(str(value).lower())
    if spelled is None:
        raise ValueError(f"{value!r} is neither true nor false")
    return spelled


def fit_json(value: Any) -> str | None:
    """JSON as every engine takes it in: no NUL, no half characters, no NaN, each key once.

    Numbers are written one way: DuckDB takes 1e16 for a fraction, Postgres for a whole number.
    """
    if value is None or value == "":
        return None
    try:
        text = value if isinstance(value, str) else JSON.encode(value)
        text = JSON.encode(decode_json(text))
    except (ValueError, TypeError, RecursionError):
        raise ValueError(f"{len(str(value)):,} characters that are not JSON") from None
    if "\\u0000" in text:  # the search for it takes as long as all else
        text = NUL_ESCAPE.sub(r"\1", text)
    return whole(text)


def plain_number(value: Any) -> int | float:
    """A number as it is written everywhere: whole, where it is, and without an exponent then."""
    decimal = Decimal(str(value))
    is_small = decimal.is_finite() and decimal.copy_abs() < WHOLE_LIMIT
    if is_small and decimal == decimal.to_integral_value():
        return int(decimal)
    return float(decimal)


JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=plain_number)
decode_json = json.JSONDecoder(parse_float=plain_number).decode


def whole(text: str) -> str:
    """The text with ? in place of half characters, which nothing else can hold."""
    return text.encode(errors="replace").decode()


FITTERS: Mapping[ColumnType, Callable[[Any], Any]] = {
    "date": fit_date,
    "text": fit_text,
    "bigint": fit_bigint,
    "decimal": fit_decimal,
    "timestamp": fit_timestamp,
    "bool": fit_bool,
    "json": fit_json,
}
