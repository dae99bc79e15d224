"""A1 notation: names of cells and ranges, as they are asked for and as they are answered."""

import re
from dataclasses import dataclass

_CORNER = r"(\$?[A-Za-z]{1,3})?(\$?[1-9][0-9]*)?"
_BOX = re.compile(rf"{_CORNER}(?::{_CORNER})?")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")


@dataclass(frozen=True)
class Box:
    """A rectangle from zero, ends excluded; None is an open side."""

    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None

    def within(self, rows: int, columns: int) -> "Box":
        """The rectangle in a grid of that size, no side open."""
        return Box(
            self.top or 0,
            rows if self.bottom is None else min(self.bottom, rows),
            self.left or 0,
            columns if self.right is None else min(self.right, columns),
        )

    @property
    def sides(self) -> tuple[int, int, int, int]:
        """Top, bottom, left, right of a rectangle without open sides."""
        assert self.bottom is not None and self.right is not None  # noqa: S101, PT018
        return self.top or 0, self.bottom, self.left or 0, self.right


def column_name(index: int) -> str:
    name = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        name, index = chr(65 + rest) + name, index - 1
    return name


def parse_box(text: str) -> Box | None:
    """`A1`, `A1:D5`, `A:C`, `2:5`, `A5:A`; None for anything else."""
    match = _BOX.fullmatch(text)
    if not text or not match:
        return None
    left, top, right, bottom = match.groups()
    if ":" not in text:
        if left is None or top is None:
            return None
        right, bottom = left, top
    elif (left is None and top is None) or (right is None and bottom is None):
        return None
    columns = _span(_column(left), _column(right))
    rows = _span(_row(top), _row(bottom))
    return Box(rows[0], rows[1], columns[0], columns[1])


def split(text: str) -> tuple[str | None, str, bool]:
    """The tab's name if one is given, the rest, and whether the name was in quotes."""
    if text.startswith("'"):
        quoted = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.DOTALL)
        if quoted:
            return quoted[1].replace("''", "'"), quoted[2] or "", True
    name, mark, rest = text.rpartition("!")
    return (name, rest, False) if mark else (None, text, False)


def quoted(title: str) -> str:
    """A tab's name, in quotes only where it needs them."""
    if _PLAIN_NAME.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def written(title: str, box: Box) -> str:
    """The range as an answer names it."""
    top, bottom, left, right = box.sides
    first = f"{column_name(left)}{top + 1}"
    last = f"{column_name(right - 1)}{bottom}"
    return f"{quoted(title)}!{first}" + ("" if first == last else f":{last}")


def _column(text: str | None) -> int | None:
    if text is None:
        return None
    index = 0
    for letter in text.removeprefix("$").upper():
        index = 26 * index + ord(letter) - 64
    return index - 1


def _row(text: str | None) -> int | None:
    return None if text is None else int(text.removeprefix("$")) - 1


def _span(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    if first is None or last is None:
        known = first if last is None else last
        return known, None
    return min(first, last), max(first, last) + 1
