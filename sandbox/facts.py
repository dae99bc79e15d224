"""The facts of a service's accounts: as they were made, and as they were restated since."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 -- `date` is the name of the restated row's day
from decimal import Decimal
from typing import TypeVar

from sandbox.data import ACCOUNTS
from sandbox.shape import HOME_ZONE, Cell, local_date, noon

K = TypeVar("K")


@dataclass
class Facts:
    """What a service knows of each account, hour by hour."""

    made: Callable[[str], tuple[Cell, ...]]
    metrics: tuple[str, ...]
    money: tuple[str, ...]
    key_fields: tuple[str, str]
    _restated: dict[str, tuple[Cell, ...]] = field(default_factory=dict)

    def of(self, account: str) -> tuple[Cell, ...]:
        return self._restated[account] if account in self._restated else self.made(account)

    def reset(self) -> None:
        """Undo all restatements."""
        self._restated.clear()

    def restate(self, verb: str, *, date: str, account: str = "713", **row: object) -> None:
        """Change the past: `add` amounts to a row, `set` metrics of it, `remove` it or its day.

        The row is named by the service's key fields; one that is not there is made. `remove` takes
        all rows with the given key fields, without any the whole day.
        """
        if account not in ACCOUNTS:
            raise ValueError(f"no account {account!r}; there are: {', '.join(ACCOUNTS)}")
        day = Date.fromisoformat(date)
        named = {i: str(row.pop(f)) for i, f in enumerate(self.key_fields) if f in row}
        amounts = {name: self._amount(name, value) for name, value in row.items()}
        facts: Iterable[Cell] = self.of(account)
        if verb == "remove":
            facts = [c for c in facts if not _touches(c, day, named)]
        elif verb in ("add", "set"):
            correction = tuple(amounts.get(name, 0) for name in self.metrics)
            new = Cell(noon(day), self._key(account, named), correction)
            if verb == "set":
                facts = [self._without(c, amounts) if _touches(c, day, named) else c for c in facts]
            facts = [*facts, new]
        else:
            raise ValueError(f"no restatement {verb!r}; there are: add, set, remove")
        self._restated[account] = tuple(facts)

    def _key(self, account: str, named: Mapping[int, str]) -> tuple[str, str]:
        """The full key of a row; one field is enough when it tells the other."""
        if len(named) == len(self.key_fields):
            return named[0], named[1]
        known = {cell.key for cell in self.made(account) if named and _has(cell.key, named)}
        if len(known) != 1:
            raise ValueError(f"name the row by {' and '.join(self.key_fields)}")
        return known.pop()

    def _amount(self, name: str, value: object) -> int:
        if name not in self.metrics:
            raise ValueError(f"no metric {name!r}; there are: {', '.join(self.metrics)}")
        return int(Decimal(str(value)) * (1_000_000 if name in self.money else 1))

    def _without(self, cell: Cell, names: Iterable[str]) -> Cell:
        named = zip(self.metrics, cell.values, strict=True)
        return cell._replace(values=tuple(0 if name in names else v for name, v in named))


def summed(cells: Iterable[Cell], key: Callable[[Cell], K]) -> dict[K, list[int]]:
    """The metrics of the cells of each key, added up; of keys without any, nothing."""
    sums: dict[K, list[int]] = {}
    for cell in cells:
        so_far = sums.setdefault(key(cell), [0] * len(cell.values))
        for i, value in enumerate(cell.values):
            so_far[i] += value
    return {key: values for key, values in sums.items() if any(values)}


def home_day(cell: Cell) -> Date:
    return local_date(HOME_ZONE.key, cell.hour)


def _has(key: tuple[str, str], named: Mapping[int, str]) -> bool:
    return all(key[i] == value for i, value in named.items())


def _touches(cell: Cell, day: Date, named: Mapping[int, str]) -> bool:
    return _has(cell.key, named) and home_day(cell) == day
