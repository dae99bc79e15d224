"""Tables for people, on standard output."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table


class Share(Decimal):
    """A part of a whole, which people read as a percentage."""


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under a header: numbers to the right, nothing as a dash, never cut off."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    cells = [list(row) for row in rows]
    for position, name in enumerate(header):
        numeric = any(isinstance(row[position], int | Decimal) for row in cells)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*(shown(value) for value in row))
    console = Console()
    if not console.is_terminal:  # a pipe or a log has no width to fit into
        console.width = 160
    console.print(table)


def shown(value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Share):
        return f"{value:.1%}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return str(value)
