"""Tables for people, on standard output: a list of parts. printing.py has their other forms."""

import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from textwrap import wrap
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from signalroom.terminal import plain, say

GAP = "  "
SHORTEST_TEXT = 12  # cells that are left of a free text before a column is left out


class Share(Decimal):
    """A part of a whole, which people read as a percentage."""


class Exact(Decimal):
    """A number that is shown with all its digits."""


class Id(int):
    """A number that nobody counts or adds up."""


@dataclass(frozen=True)
class Part:
    """A titled table and the lines below it; without a header only its title and lines."""

    title: str
    header: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    texts: Collection[str] = ()
    expendable: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Column:
    """What stands below each other. Of a free text the end may be missing, of nothing else."""

    name: str
    cells: Sequence[str]
    is_number: bool
    is_text: bool

    @property
    def widest(self) -> int:
        """The cells that it takes at most."""
        return max(map(cell_len, (self.name, *self.cells)))

    @property
    def narrowest(self) -> int:
        """The cells that it takes at least, its name in several lines."""
        longest = max(map(cell_len, self.cells), default=0)
        kept = min(longest, SHORTEST_TEXT) if self.is_text else longest
        return max(kept, *map(cell_len, self.name.split()))

    def fitted(self, text: str, width: int) -> str:
        """A cell's text in so many cells."""
        if cell_len(text) > width:
            return set_cell_size(text, width - 1) + "…"
        blanks = " " * (width - cell_len(text))
        return blanks + text if self.is_number else text + blanks


def print_parts(parts: Iterable[Part]) -> None:
    """Print parts below each other."""
    for number, part in enumerate(parts):
        if number:
            click.echo()
        if part.header:
            print_table(
                part.title, part.header, part.rows, texts=part.texts, expendable=part.expendable
            )
        else:
            say(part.title)
        for note in part.notes:
            say(note)


def print_table(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    texts: Collection[str] = (),
    expendable: Sequence[str] = (),
) -> None:
    """Print rows under a header: numbers to the right, nothing as a dash.

    No number, date or id is cut or broken. A pipe has all columns as wide as they are. On a
    terminal the free `texts` are shortened first, then the `expendable` columns left out in their
    order and named; where the others are still too wide, each row becomes a block of lines.
    """
    values = [list(row) for row in rows]
    columns = [
        Column(
            name,
            [shown(row[place]) for row in values],
            any(is_counted(row[place]) for row in values),
            name in texts,
        )
        for place, name in enumerate(header)
    ]
    if title:
        click.secho(plain(title), bold=True)
    room = terminal_width()
    order = [name for name in expendable if name in header]
    for count in range(len(order) + 1):
        left_out = order[:count]
        kept = [column for column in columns if column.name not in left_out]
        if widths := _widths(kept, room):
            for line in _lines(kept, widths):
                click.echo(line)
            if left_out:
                names = ", ".join(left_out)
                say(f"Left out at {room} columns: {names}; a wider window or `| cat` has them.")
            return
    for block in _blocks(columns, len(values)):
        click.echo(block)


def terminal_width() -> int | None:
    """The columns of the terminal; None where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def shown(value: Any) -> str:
    """A value as people read it."""
    match value:
        case None | "":
            said = "–"
        case bool():
            said = "yes" if value else "no"
        case int() if not isinstance(value, Id):
            said = f"{value:,}"
        case Share():
            said = f"{value:.1%}"
        case Exact():
            said = f"{value:,f}"
        case Decimal():
            said = f"{value:,.2f}"
        case _:
            said = plain(value)
    return said


def is_counted(value: Any) -> bool:
    """Whether a value is a number that stands to the right."""
    return isinstance(value, int | Decimal) and not isinstance(value, Id)


def _widths(columns: Sequence[Column], room: int | None) -> list[int] | None:
    """The width of each column, the first ones widened first; None where they do not fit."""
    if room is None:
        return [column.widest for column in columns]
    widths = [column.narrowest for column in columns]
    spare = room - sum(widths) - len(GAP) * (len(columns) - 1)
    if spare < 0:
        return None
    for place, column in enumerate(columns):
        more = min(spare, column.widest - widths[place])
        widths[place] += more
        spare -= more
    return widths


def _lines(columns: Sequence[Column], widths: Sequence[int]) -> Iterator[str]:
    names = (wrap(column.name, width) for column, width in zip(columns, widths, strict=True))
    header = zip_longest(*names, fillvalue="")
    rows = zip(*(column.cells for column in columns), strict=True)
    for cells in (*header, *rows):
        fitted = (c.fitted(*one) for c, *one in zip(columns, cells, widths, strict=True))
        yield GAP.join(fitted).rstrip()


def _blocks(columns: Sequence[Column], rows: int) -> Iterator[str]:
    """Each row as a block, a value a line."""
    names = max(len(column.name) for column in columns)
    for row in range(rows):
        lines = (f"{column.name:<{names}}{GAP}{column.cells[row]}" for column in columns)
        yield "\n".join(lines) + ("\n" if row < rows - 1 else "")
