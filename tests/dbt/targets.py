"""The sheet of targets as the loader lands it, with what people type into such sheets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.dbt import random_client, worked_example


@dataclass(frozen=True)
class Line:
    """A line of the sheet."""

    client: str
    advertiser: str
    month: date
    budget: Decimal | None
    basis: str | None
    target_cpa: Decimal | None = None
    is_removed: bool = False

    @property
    def statement(self) -> str:
        values = (
            *(_text(self.advertiser), f"'{self.month}'", _number(self.budget), _text(self.basis)),
            *(_number(self.target_cpa), f"'{self.client}'", "now()"),
            "now()" if self.is_removed else "null",
        )
        return (
            "insert into google_sheets.targets (advertiser, month, budget, basis, target_cpa,"
            f" _client_id, _loaded_at, _removed_at) values ({', '.join(values)})"
        )


def _text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


def _number(value: Decimal | None) -> str:
    return "null" if value is None else str(value)


def _lines(client: str, text: str) -> tuple[Line, ...]:
    """One of each line of a table: advertiser, month, budget, basis, target CPA, "removed"."""
    lines = []
    for line in text.strip().splitlines():
        advertiser, month, budget, basis, cpa, *removed = (cell.strip() for cell in line.split("|"))
        lines.append(
            Line(
                client,
                advertiser.strip('"'),
                date.fromisoformat(month),
                Decimal(budget) if budget else None,
                basis.strip('"') if basis else None,
                Decimal(cpa) if cpa else None,
                bool(removed),
            )
        )
    return tuple(lines)


WORKED = _lines(
    worked_example.CLIENT,
    """
    CCW | 2025-11-01 | 70000 | spend          | 24
    CCW | 2025-12-01 | 72000 | spend          | 23.5
    EXP | 2025-12-01 | 2000  | effective_cost |
    """,
)
# the labels are A1 and A2, the ids 1 and 2; the client's days are 2025-10-25 to 2025-12-10
UNTIDY = _lines(
    random_client.CLIENT,
    """
    A1       | 2025-09-01 | 500     | spend            | 9
    " a1"    | 2025-10-31 | 1234.56 | " Spend"         | 9.99
    2        | 2025-10-01 | 777.77  | Effective Cost   | 3.3333
    A1       | 2025-11-01 | 5000    | spend            | 9
    1        | 2025-11-15 | 6000    | spend            | 9
    "A2 "    | 2025-11-01 | 3000    | revenue          | 7
    A1       | 2025-12-01 | 0.57    | EFFECTIVE-COST   | 0
    A1       | 2025-12-02 | 9000    | spend            | 1    | removed
    a2       | 2025-12-01 |         | spend            | 5
    3        | 2025-12-01 | 100     | spend            | 5
    Unmapped | 2025-12-01 | 100     | spend            | 5
    unmapped | 2025-12-01 | 101     | spend            | 5
    -1       | 2025-12-01 | 100     | effective_cost   | 5
    A1       | 2026-02-01 | 0       | ""               | 5
    A2       | 2024-02-29 | -12.5   | spend            |
    A9       | 2025-12-01 | 100     | spend            | 5    | removed
    """,
)


def statements() -> Iterator[str]:
    """What the loader would have landed, as statements that DuckDB and Postgres both run."""
    for line in (*WORKED, *UNTIDY):
        yield line.statement
