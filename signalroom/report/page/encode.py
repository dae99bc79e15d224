"""Rows of the warehouse as columns of whole numbers that a browser reads without a request."""

import json
from collections.abc import Iterable, Sequence
from math import gcd
from typing import Any

import click

EXACT = 2**53  # a browser's numbers are whole up to here


def columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Rows of whole numbers (or None) as columns; each says the unit that its values count.

    Money comes in ten-thousandths and is mostly whole cents: in units of 100 it is a third smaller.
    """
    values = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: _column(list(column)) for name, column in zip(names, values, strict=True)}


def script(name: str, value: Any) -> str:
    """A script that sets `window.<name>`; safe also within a page."""
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return f"window.{name}={text.replace('<', chr(92) + 'u003c')};\n"


class Index:
    """Numbers its entries as they come; what is sent is the number."""

    def __init__(self, entries: Iterable[Any] = ()) -> None:
        self.entries = list(dict.fromkeys(entries))
        self._numbers = {entry: number for number, entry in enumerate(self.entries)}

    def __contains__(self, entry: Any) -> bool:
        return entry in self._numbers

    def of(self, entry: Any) -> int:
        """The number of an entry, which becomes the last one where it is new."""
        if entry not in self._numbers:
            self._numbers[entry] = len(self.entries)
            self.entries.append(entry)
        return self._numbers[entry]


def _column(values: list[int | None]) -> dict[str, Any]:
    known = [value for value in values if value]
    if sum(map(abs, known)) >= EXACT:
        raise click.ClickException(
            "a column of the page adds up to more than a browser counts exactly, some 900 billion; "
            "take fewer --days"
        )
    unit = gcd(*known) or 1
    return {"unit": unit, "values": [value and value // unit for value in values]}
