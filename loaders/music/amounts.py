"""Amounts and counts as statements write them; ValueError says why a text is none.

(4.10), 4.10-, a minus of typographers, $ and € on either side, 1,234.56, 1.234,56, 1 234,56. Which
sign is the decimal point, one amount may leave open (1,234); a file says it as a whole.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Literal

from loaders.fitting import COUNT_LIMIT
from loaders.sheets.units import UNIT, currencies_of

Point = Literal[".", ","]

PLACES = 18  # behind the point: beyond it stands only what programs' fractions leave
LARGEST = Decimal(10) ** 20  # both fit decimal(38,18)
_BLANKS = re.compile(r"[ \u00a0\u2007\u2009\u202f]")
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_PLAIN = re.compile(r"-?\d{1,20}(?:\.\d{1,18})?")
_PATTERNS = {
    point: re.compile(
        rf"(?P<whole>\d*|[1-9]\d{{0,2}}(?P<group>[{group}'\u2019 ])\d{{3}}(?:(?P=group)\d{{3}})*)"
        rf"(?:{re.escape(point)}(?P<fraction>\d+))?(?:[eE](?P<exponent>[-+]?\d{{1,2}}))?"
    )
    for point, group in ((".", ","), (",", "."))
}


def point_of(texts: Iterable[str], usual: Point) -> Point:
    """The decimal point of all these amounts; ValueError where they have two.

    `usual`: where none of them tells.
    """
    shown: dict[Point, str] = {}
    for text in texts:
        if (point := _point_shown(text)) is not None:
            shown.setdefault(point, text)
    if len(shown) > 1:
        raise ValueError(f"{shown['.']!r} and {shown[',']!r} have different decimal points")
    return next(iter(shown), usual)


def amount(text: str, point: Point) -> Decimal:
    """The amount, exact to the eighteenth decimal; a currency beside it is left out."""
    if _PLAIN.fullmatch(text) and (point == "." or text.lstrip("-").isdigit()):
        return Decimal(text)
    sign, digits = _parted(text)
    found = _PATTERNS[point].fullmatch(digits)
    if not found or not digits[:2].strip(f"{point}eE"):
        raise ValueError(f"{text!r} is not an amount")
    whole = re.sub(r"\D", "", found["whole"])
    number = Decimal(f"{whole or 0}.{found['fraction'] or 0}e{found['exponent'] or 0}")
    if number >= LARGEST:
        raise ValueError(f"{text!r} is larger than any amount")
    with localcontext(prec=60):
        return sign * number.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_EVEN)


def count(text: str, point: Point) -> int:
    """A whole number, such as units sold or given back."""
    number = amount(text, point)
    if number != number.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number")
    if abs(number) >= COUNT_LIMIT:
        raise ValueError(f"{text!r} is larger than any count")
    return int(number)


def plain(number: Decimal | int) -> str:
    """The number in one spelling: no exponent, no zeros at the end."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def currencies_beside(text: str) -> tuple[str, ...] | None:
    """The currencies that what stands beside an amount may mean; None where nothing does."""
    if _PLAIN.fullmatch(text) or not (units := UNIT.findall(text)):
        return None
    return tuple(set.intersection(*(set(currencies_of(unit)) for unit in units)))


def _parted(text: str) -> tuple[int, str]:
    """The sign of an amount, and its digits with their points."""
    digits = UNIT.sub("", _BLANKS.sub(" ", text).translate(_MINUS), count=2).strip()
    if digits.startswith("(") and digits.endswith(")"):
        return -1, digits[1:-1].strip()
    if digits.endswith("-"):
        return -1, digits[:-1].strip()
    if digits[:1] in {"-", "+"}:
        return -1 if digits[0] == "-" else 1, digits[1:].strip()
    return 1, digits


def _point_shown(text: str) -> Point | None:
    """The decimal point that an amount shows without doubt."""
    if _PLAIN.fullmatch(text):
        return None if "." not in text or _AMBIGUOUS.fullmatch(text.lstrip("-")) else "."
    _, digits = _parted(text)
    if not re.fullmatch(r"[\d.,'\u2019 ]+", digits):
        return None
    marks = [mark for mark in digits if mark in ".,"]
    if not marks or _AMBIGUOUS.fullmatch(digits):
        return None
    last, other = marks[-1], "," if marks[-1] == "." else "."
    return last if marks.count(last) == 1 else other  # type: ignore[return-value]  # of marks
