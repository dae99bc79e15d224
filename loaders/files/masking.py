"""Card numbers never land: they are found in the bytes of a file before it is taken apart.

A number is a run of digits with at most one space or dash between two of them. Every 13 to 19
digits of it, in whole groups, that pass the Luhn check are replaced by asterisks but for the last
four. Only digits are replaced, one by one, so the CSV keeps its shape; rows that are rejected later
are masked too. One in ten of all other numbers of that length passes the check by chance and is
masked as well, but not in columns of ids: two orders must not become one. Which column a number is
in shows when the file was taken apart; until then its hidden digits are control characters.

Columns named like card numbers are masked whatever they hold, but for what is masked already: of
`411111******1111` the first six and the last four digits may be shown.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST, MOST = 13, 19
SHOWN = 4
CARD_COLUMN = re.compile(
    r"(.+_)?((credit|debit|payment)_?card|(card|cc|pan|account)_?(num|number|no|nr)|pan|cardnumber"
    r"|cvv2?|cvc2?|ccv|(cc|card)_(cvv2?|cvc2?|cid|csc|code)|(security|verification)_(code|value))"
    r"(_(full|code|number|num|no|nr|\d))*"
    r"|card"
)
MASKED = re.compile(r"(\d[ -]?){0,6}[*xX#•][*xX#• -]{2,}\d{0,4}")
ID_COLUMN = re.compile(r"(.+_)?(ids?|uuid|guid)(_\d+)?")
OF_CARDS = re.compile(r"card|(^|_)(cc|pan|cv[vc]2?|account)(_|$)")
FIRST_HIDDEN = 0x10
HIDDEN = bytes(range(FIRST_HIDDEN, FIRST_HIDDEN + 10))  # 0 to 9 while they are hidden
TO_STARS = bytes.maketrans(HIDDEN, b"*" * 10)
TO_DIGITS = bytes.maketrans(HIDDEN, b"0123456789")
_DIGIT = re.compile(r"\d")
_GROUP = re.compile(rb"[0-9]+")
_NUMBER = re.compile(rf"[0-9](?:[ -]?[0-9]){{{FEWEST - 1},}}")
_PARTS = b"0123456789 -"
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_SINGLE = bytes.maketrans(b"0123456789", bytes(range(10)))
_SLICE = 1 << 16  # larger slices leave the processor's cache and take three times as long
LONGEST = 2 * MOST  # bytes of a number, whatever is between its digits
_HELD_AT_MOST = 1 << 12


class Masker:
    """Hides the card numbers of a stream of blocks; `hid_any` says whether there were some."""

    def __init__(self) -> None:
        self.hid_any = False

    def blocks(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same bytes, in other portions: none ends within a number or a CRLF."""
        held = b""
        for block in blocks:
            whole = held + without_hidden(block)
            end = len(whole.rstrip(_PARTS + b"\r"))  # Arrow drops the rest of a CRLF cut in two
            if len(whole) - end > _HELD_AT_MOST:  # no number: what is held may only be its start
                whole = self.mask(whole)
                end = len(whole) - LONGEST
            held = whole[end:]
            if end:
                yield self.mask(whole[:end])
        if held:
            yield self.mask(held)

    def mask(self, block: bytes) -> bytes:
        masked: bytearray | None = None
        for start, end in _long_numbers(block):
            number = mask_number(block[start:end])
            if number is not None:
                masked = masked or bytearray(block)
                masked[start:end] = number
                self.hid_any = True
        return bytes(masked) if masked else block


def without_hidden(block: bytes) -> bytes:
    """The bytes without those that stand for hidden digits, which mean nothing in a text."""
    import numpy as np

    found = (np.frombuffer(block, np.uint8) - FIRST_HIDDEN) < len(HIDDEN)  # unsigned
    return block.translate(None, HIDDEN) if found.any() else block


def show(column: "pa.Array", *, identifies: bool) -> tuple["pa.Array", int]:
    """A column with its hidden digits as they are, or as asterisks; and in how many cells."""
    import numpy as np
    import pyarrow as pa

    valid, places, texts = column.buffers()
    if texts is None:
        return column, 0
    ends = np.frombuffer(places, np.int32)[column.offset : column.offset + len(column) + 1]
    if len(ends) == 0:
        return column, 0
    codes = np.frombuffer(texts, np.uint8)[: ends[-1]]
    hidden = np.flatnonzero((codes - FIRST_HIDDEN) < len(HIDDEN))
    hidden = hidden[hidden >= ends[0]]
    if len(hidden) == 0:
        return column, 0
    table = np.frombuffer(TO_DIGITS if identifies else TO_STARS, np.uint8)
    shown = pa.py_buffer(table[codes])
    whole = pa.Array.from_buffers(
        pa.string(), len(column), [valid, places, shown], -1, column.offset
    )
    cells = np.unique(np.searchsorted(ends, hidden, side="right"))
    return whole, 0 if identifies else len(cells)


def mask_column(column: "pa.Array") -> tuple["pa.Array", int]:
    """A column named like a card number, masked, and how many of its cells had to be."""
    import pyarrow as pa
    from pyarrow import compute

    harmless = compute.match_substring_regex(column, f"^([^0-9]*|{MASKED.pattern})$")
    if compute.all(harmless).as_py() is not False:  # as in nearly all files
        return column, 0
    values = column.to_pylist()
    masked = [value and mask_named(value) for value in values]
    changed = sum(value != other for value, other in zip(values, masked, strict=True))
    return pa.array(masked, pa.string()), changed


def is_card_column(heading: str) -> bool:
    """Whether a heading is that of a card number or of its check value."""
    words = re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_")
    return CARD_COLUMN.fullmatch(words) is not None


def is_id_column(name: str) -> bool:
    """Whether a column holds ids by its name, and nothing of cards."""
    return ID_COLUMN.fullmatch(name) is not None and OF_CARDS.search(name) is None


def mask_named(value: str) -> str:
    """The value without its digits; of a whole card number the last four stay."""
    if MASKED.fullmatch(value):
        return value
    digits = [match.start() for match in _DIGIT.finditer(value)]
    shown = SHOWN if len(digits) >= FEWEST else 0
    characters = list(value)
    for place in digits[: len(digits) - shown]:
        characters[place] = "*"
    return "".join(characters)


def mask_number(number: bytes) -> bytes | None:
    """The number with its digits hidden; None when no part of it passes the check."""
    groups = [match.span() for match in _GROUP.finditer(number)]
    hidden: set[int] = set()
    for first, (start, _) in enumerate(groups):
        digits = b""
        for group_start, group_end in groups[first:]:
            digits += number[group_start:group_end]
            if len(digits) > MOST:
                break
            if len(digits) >= FEWEST and passes_luhn(digits):
                places = [p for p in range(start, group_end) if number[p] not in b" -"]
                hidden.update(places[:-SHOWN])
    if not hidden:
        return None
    return bytes(
        byte - 0x30 + FIRST_HIDDEN if place in hidden else byte for place, byte in enumerate(number)
    )


def hide(text: str) -> str:
    """A short text with its card numbers masked."""
    return _NUMBER.sub(_stars, text)


def _stars(number: re.Match[str]) -> str:
    digits = number[0].encode()
    return (mask_number(digits) or digits).translate(TO_STARS).decode()


def passes_luhn(digits: bytes) -> bool:
    """The check digit of card numbers: every second digit from the right counts twice."""
    return (
        sum(digits[-1::-2].translate(_SINGLE)) + sum(digits[-2::-2].translate(_DOUBLED))
    ) % 10 == 0


def _long_numbers(block: bytes) -> Iterator[tuple[int, int]]:
    """Where in a block the numbers are of which a part may pass the check."""
    import numpy as np

    codes = np.frombuffer(block, np.uint8)
    start = 0
    while start < len(block):
        end = min(start + _SLICE, len(block))
        while end < len(block) and block[end] in _PARTS:  # do not cut a number
            end += 1
        part = codes[start:end]
        is_digit = (part - 48) < 10  # unsigned: what lies below "0" wraps around
        is_part = is_digit | (part == 32) | (part == 45)
        # goes_on[i]: byte i and the next one belong to the same number
        goes_on = np.zeros(len(part) + 1, np.bool_)
        np.logical_and(is_part[1:], is_part[:-1], out=goes_on[1:-1])
        goes_on[1:-1] &= is_digit[1:] | is_digit[:-1]
        edges = np.flatnonzero(goes_on[1:] != goes_on[:-1]).reshape(-1, 2)
        edges = edges[edges[:, 1] - edges[:, 0] >= FEWEST - 1]
        if len(edges):
            counted = np.concatenate(([0], np.cumsum(is_digit, dtype=np.int32)))
            digits = counted[edges[:, 1] + 1] - counted[edges[:, 0]]
            edges, digits = edges[digits >= FEWEST], digits[digits >= FEWEST]
            unbroken = edges[:, 1] - edges[:, 0] + 1 == digits
            may_pass = ~unbroken
            # most are unbroken, and are checked together
            for length in set(digits[unbroken & (digits <= MOST)].tolist()):
                some = np.flatnonzero(unbroken & (digits == length))
                figures = part[edges[some, :1] + np.arange(length)] - 48
                doubled = figures[:, -2::-2] * 2
                doubled -= 9 * (doubled > 9).astype(np.uint8)
                total = figures[:, -1::-2].sum(axis=1) + doubled.sum(axis=1)
                may_pass[some] = total % 10 == 0
            for first, last in edges[may_pass].tolist():
                yield start + first, start + last + 1
        start = end
