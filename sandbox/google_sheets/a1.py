"""A1 notation as people configure it: tabs, `A1`, `A1:D5`, `A:C`, `2:5` and `A2:C`."""

import re
from typing import NamedTuple

_QUOTED = re.compile(r"'((?:[^']|'')*)'(?:!(.*))?", re.DOTALL)
_CORNER = r"([A-Z]{1,3})?([1-9][0-9]*)?"
_BOX = re.compile(rf"{_CORNER}(?::{_CORNER})?")


class Box(NamedTuple):
    """A rectangle from zero, ends excluded; None is an open side."""

    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None

    def within(self, rows: int, columns: int) -> tuple[int, int, int, int]:
        """Its sides in a grid of that size."""
        return (
            self.top or 0,
            rows if self.bottom is None else min(self.bottom, rows),
            self.left or 0,
            columns if self.right is None else min(self.right, columns),
        )


def split(text: str) -> tuple[str | None, str | None]:
    """The tab's name and what follows it, each if it is given; in quotes it is always a name."""
    if match := _QUOTED.fullmatch(text):
        return match[1].replace("''", "'"), match[2]
    name, mark, rest = text.rpartition("!")
    return (name if mark else None), rest


def parse_box(text: str) -> Box | None:
    """The rectangle that a text names; None where it names none."""
    match = _BOX.fullmatch(text)
    if not match:
        return None
    left, top, right, bottom = match.groups()
    if ":" not in text:
        if left is None or top is None:
            return None
        right, bottom = left, top
    elif not (left or top) or not (right or bottom):
        return None
    return Box(
        int(top) - 1 if top else None,
        int(bottom) if bottom else None,
        _column(left) - 1 if left else None,
        _column(right) if right else None,
    )


def _column(letters: str) -> int:
    """The number of a column, from one."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
