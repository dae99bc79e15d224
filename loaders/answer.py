"""What a service of daily rows answers, and whether it adds up to the service's own totals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from loaders.source import Finding
from loaders.table import Checked, Table, number
from loaders.windows import Window

HALF_A_CENT = Decimal("0.005")


@dataclass
class Answer(Checked):
    """One answered window: its rows, and the service's own totals where it offers them.

    `answered` adds up what was answered, before any row is checked, by the same column names.
    """

    totals: Mapping[str, Decimal] = field(default_factory=dict)
    answered: Mapping[str, Decimal] = field(default_factory=dict)


class Reader(Protocol):
    """An open connection to one account."""

    def read(self, window: Window, advertiser_id: str | None) -> Answer:
        """All rows of the window's days; ApiError when the service does not answer properly."""

    def examine(self) -> Iterator[Finding]:
        """Whether the account is reachable and keeps the client's currency and time zone."""


def add_up(rows: list[Any], fields: Mapping[str, str]) -> dict[str, Decimal]:
    """The sum of each field over raw rows, by column; a field that cannot be added is left out.

    `fields` maps our column to the service's field.
    """
    sums: dict[str, Decimal] = {}
    for column, name in fields.items():
        try:
            sums[column] = sum((number(row.get(name)) or Decimal(0) for row in rows), Decimal(0))
        except ValueError:
            continue  # its row is rejected; the other fields are still compared
    return sums


def differing_total(table: Table, answer: Answer) -> str | None:
    """The first total that the rows do not add up to.

    Counts must be equal; money may differ by half a cent a row, as a service may round each row.
    """
    for name, total in answer.totals.items():
        added = answer.answered.get(name)
        if added is None:
            continue
        is_money = table.columns[name].type == "decimal"
        allowed = HALF_A_CENT * max(1, len(answer.rows)) if is_money else 0
        if abs(added - total) > allowed:
            return f"the rows add up to {name} {added:f}, the service's total is {total:f}"
    return None
