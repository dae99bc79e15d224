"""Figures and days as a sentence says them."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from signalroom.terminal import plain

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
LONGEST = 80  # letters of a label
CENT, ONE = Decimal("0.01"), Decimal(1)


def money(amount: Decimal, currency: str, *, sign: bool = False) -> str:
    """`$1,234.50`, `CAD 1,234.50`, `-$3.00`; a change has its `sign` in any case."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    before = "-" if cents < 0 else "+" if sign else ""
    return f"{before}{SYMBOLS.get(currency, currency + ' ')}{abs(cents):,.2f}"


def named_day(day: date) -> str:
    """`December 18`."""
    return f"{day:%B} {day.day}"


def named(label: object, *, longest: int = LONGEST) -> str:
    """A label from outside within a sentence: one line, not endless, and turning nothing around."""
    text = plain(label)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def counted(count: int, thing: str) -> str:
    """`1 conversion`, `269 conversions`."""
    return f"{count:,} {thing}" if abs(count) == 1 else f"{count:,} {thing}s"


def percent(value: Decimal) -> str:
    """A change without its sign, as whole percent: `7 %`, `under 1 %`."""
    whole = (abs(value) * 100).quantize(ONE, ROUND_HALF_UP)
    return f"{whole:,} %" if whole else "under 1 %"
