"""What every format writes: named rows with types, and what is a percentage among them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

PERCENT = ("_rate", "_share", "_share_before")
PERCENTS = ("cvr",)
SIMPLE = (bool, int, float, Decimal, str, date)  # types of which Arrow has its own


@dataclass(frozen=True)
class Rows:
    """Rows as Arrow batches under a name, with what is known about their columns."""

    name: str
    schema: Any
    batches: Iterable[Any]
    description: str = ""
    descriptions: Mapping[str, str] = field(default_factory=dict)  # of the columns

    def values(self) -> Iterator[tuple[Any, ...]]:
        """The rows one by one, as Python's own values."""
        for batch in self.batches:
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def of_values(name: str, names: Sequence[str], values: Sequence[Sequence[Any]]) -> Rows:
    """Rows whose types nobody declared; what Arrow has no type for is written as text."""
    import pyarrow as pa

    columns = list(zip(*values, strict=True)) if values else [()] * len(names)
    arrays = [_array(column) for column in columns]
    batch = pa.RecordBatch.from_arrays(arrays, names=unlike(names))
    return Rows(name, batch.schema, [batch])


def unlike(names: Sequence[str]) -> list[str]:
    """Column names of which no two are one: the second `id` is `id_2`."""
    found: list[str] = []
    for name in names:
        number, shown = 1, name
        while shown in found:
            number += 1
            shown = f"{name}_{number}"
        found.append(shown)
    return found


def is_percent(name: str) -> bool:
    """Whether people read a column's 0.25 as 25 %; its name says so."""
    return name.endswith(PERCENT) or name in PERCENTS


def _array(column: Sequence[Any]) -> Any:
    import pyarrow as pa

    values = [_simple(value) for value in column]
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1 and all(issubclass(kind, SIMPLE) for kind in kinds):
        try:
            return pa.array(values)
        except (pa.ArrowInvalid, OverflowError):  # as of a whole number beyond 64 bits
            pass
    return pa.array([None if value is None else str(value) for value in column], pa.string())


def _simple(value: Any) -> Any:
    """A value whose type only says how it is shown as what it is; Arrow takes no other."""
    for kind in (Decimal, int):
        if isinstance(value, kind) and type(value) not in (kind, bool):
            return kind(value)
    return value
