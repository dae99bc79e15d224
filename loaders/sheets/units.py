"""What stands beside an amount and says its currency: $, A$, US$, kr, USD.

Letters beside a sign belong to it, with a blank between them or not: R$ and CA $ are no dollars. A
unit that is none of these is nobody's currency, and refused by whoever asks.
"""

import re
import unicodedata
from collections.abc import Iterator

# the currencies that a sign may stand for where no letters touch it
SIGNS: dict[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "ARS", "CLP", "COP"),
    "€": ("EUR",),
    "£": ("GBP", "EGP"),
    "¥": ("CNY", "JPY"),
    "₹": ("INR",),
    "₽": ("RUB",),
    "₩": ("KRW",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "₱": ("PHP",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "₦": ("NGN",),
    "₡": ("CRC",),
    "₵": ("GHS",),
    "₸": ("KZT",),
}
# the letters beside a sign, on either side of it
LETTERS = {
    "$": {
        "us": "USD", "a": "AUD", "au": "AUD", "c": "CAD", "ca": "CAD", "can": "CAD", "cdn": "CAD",
        "hk": "HKD", "mx": "MXN", "mex": "MXN", "nz": "NZD", "s": "SGD", "sg": "SGD", "r": "BRL",
        "nt": "TWD", "ar": "ARS", "cl": "CLP", "col": "COP", "u": "UYU", "rd": "DOP", "b": "BND",
    },
    "£": {"e": "EGP", "uk": "GBP", "gb": "GBP"},
    "¥": {"cn": "CNY", "jp": "JPY", "rmb": "CNY"},
}  # fmt: skip
# words and abbreviations, in any case
WORDS: dict[str, tuple[str, ...]] = {
    "kr": ("DKK", "ISK", "NOK", "SEK"),
    "zł": ("PLN",),
    "zl": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "lei": ("RON",),
    "fr": ("CHF",),
    "sfr": ("CHF",),
    "rs": ("INR", "PKR", "LKR", "NPR"),
    "r": ("ZAR",),
    "rp": ("IDR",),
    "rm": ("MYR",),
    "tl": ("TRY",),
    "rmb": ("CNY",),
    "лв": ("BGN",),
    "\u0440\u0443\u0431": ("RUB",),  # rub, in Cyrillic
    "円": ("JPY",),
    "元": ("CNY",),
    "dollar": SIGNS["$"],
    "dollars": SIGNS["$"],
    "euro": ("EUR",),
    "euros": ("EUR",),
    "pounds": ("GBP",),
}
CODES = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CRC CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR ISK "
    "JPY KRW KZT LKR MXN MYR NGN NOK NZD PEN PHP PKR PLN RON RUB SAR SEK SGD THB TRY TWD UAH USD "
    "UYU VND ZAR"
)
# of these nobody writes a fraction of three digits behind a comma
POINT_CURRENCIES = frozenset({"AUD", "CAD", "GBP", "HKD", "INR", "MXN", "NZD", "SGD", "USD"})
_SIGN = r"[$\u00a2-\u00a5\u20a0-\u20cf\ufe69\uff04\uffe0-\uffe6]"
_LETTER = r"[^\W\d_]"
_ANY_CASE = "|".join(sorted([*WORDS, *CODES.lower().split()], key=len, reverse=True))
UNIT = re.compile(
    rf"(?:{_LETTER}+ ?)?{_SIGN}(?: ?{_LETTER}+)?"  # a sign with its letters
    rf"|(?<!{_LETTER})(?:[A-Z]{{3}}|(?i:{_ANY_CASE}))(?!{_LETTER})\.?"
)

_OF_THE_NUMBER = re.compile(r"(?<=\d)(?:E[-+]?\d+|[KMB](?!\w))")  # 1E+03, 1.5K


def beside(text: str) -> Iterator[str]:
    """What stands beside a number and may be a currency's: the units, and whatever else is left.

    A word apart from its sign belongs to it too: $1,000 CA is as CA $1,000.
    """
    units = UNIT.findall(text)
    yield from units
    left = UNIT.sub(" ", _OF_THE_NUMBER.sub(" ", text))
    sign = next((unit for unit in units if re.fullmatch(_SIGN, unit)), "")
    for word in re.findall(rf"{_LETTER}+", left):
        yield f"{word}{sign}"
    yield from (char for char in left if unicodedata.category(char) == "Sc")


def currencies_of(unit: str) -> tuple[str, ...]:
    """The currencies that a unit may stand for; none for one that nobody knows."""
    sign = re.search(_SIGN, unit)
    letters = re.sub(rf"{_SIGN}| ", "", unit).rstrip(".").casefold()
    if sign is None:
        return WORDS.get(letters) or (letters.upper(),)
    possible = SIGNS.get(sign[0], ())
    if not letters:
        return possible
    named = LETTERS.get(sign[0], {}).get(letters, letters.upper())
    return (named,) if named in possible or letters in LETTERS.get(sign[0], {}) else ()
