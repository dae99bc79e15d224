"""Raw rows by hand: the tables of record sources as their loaders declare them, and their rows."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from loaders.sources import google_sheets, mautic, posthog

Row = dict[str, Any]
Rows = dict[str, list[Row]]

TYPES = {
    "text": "text",
    "date": "date",
    "bigint": "bigint",
    "bool": "boolean",
    "decimal": "decimal(18, 4)",
    "timestamp": "timestamp with time zone",
    "json": "json",
}
SYSTEM = (
    "_client_id text, _loaded_at timestamp with time zone, _removed_at timestamp with time zone,"
    " _dlt_load_id text, _dlt_id text"
)
SOURCES = (posthog.SOURCE, mautic.SOURCE, google_sheets.SOURCE)


def tables() -> Iterator[str]:
    """The tables, empty, as every load leaves them."""
    for source in SOURCES:
        yield f"create schema {source.name}"
        for table in source.tables:
            columns = table.table.columns.items()
            own = ", ".join(f"{name} {TYPES[column.type]}" for name, column in columns)
            yield f"create table {source.name}.{table.name} ({own}, {SYSTEM})"


def insert(table: str, rows: list[Row]) -> Iterator[str]:
    """Statements that both engines read alike."""
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
