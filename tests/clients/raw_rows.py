"""Raw rows by hand, as statements that both engines read alike."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def insert(table: str, rows: list[Row]) -> Iterator[str]:
    """What lands the rows, as many columns as each has."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        by_columns.setdefault(tuple(row), []).append(row)
    for names, alike in by_columns.items():
        for start in range(0, len(alike), 500):
            values = ", ".join(
                f"({', '.join(map(_literal, row.values()))})" for row in alike[start : start + 500]
            )
            yield f"insert into {table} ({', '.join(names)}) values {values}"


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return "'" + str(value).replace("'", "''") + "'"
