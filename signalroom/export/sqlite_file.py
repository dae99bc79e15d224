"""One SQLite file. SQLite has no decimals, and as texts they would sort as texts.

So each table `<mart>__exact` holds amounts as whole numbers of their smallest unit, 10,000 to one
for four decimals, and the view `<mart>` shows them divided, as REAL: look at the view, add up the
table.
The table `columns` has the types, decimals and meanings.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from signalroom.export.rows import Rows

ABOUT = (
    'create table "columns" (mart text, "column" text, type text, decimals integer, meaning text)'
)


def write(tables: Iterable[Rows], path: Path) -> None:
    """Write each mart as a table and a view."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("pragma journal_mode = off")
        file.execute("begin")
        file.execute(ABOUT)
        for rows in tables:
            _add(file, rows)
        file.execute("commit")


def _add(file: sqlite3.Connection, rows: Rows) -> None:
    import pyarrow as pa

    scales = [f.type.scale if pa.types.is_decimal(f.type) else None for f in rows.schema]
    table = _quoted(f"{rows.name}__exact")
    columns = [(f"{_quoted(field.name)}", _affinity(field.type)) for field in rows.schema]
    file.execute(f"create table {table} ({', '.join(' '.join(pair) for pair in columns)})")
    marks = ", ".join("?" * len(columns))
    file.executemany(
        f"insert into {table} values ({marks})",  # noqa: S608
        (
            [_stored(value, scale) for value, scale in zip(values, scales, strict=True)]
            for values in rows.values()
        ),
    )
    shown = (
        name if scale is None else f"cast({name} / {10**scale}.0 as real) as {name}"
        for (name, _), scale in zip(columns, scales, strict=True)
    )
    view = f"create view {_quoted(rows.name)} as select {', '.join(shown)} from {table}"  # noqa: S608
    file.execute(view)
    file.executemany(
        'insert into "columns" values (?, ?, ?, ?, ?)',
        (
            (rows.name, f.name, str(f.type), scale, rows.descriptions.get(f.name, ""))
            for f, scale in zip(rows.schema, scales, strict=True)
        ),
    )


def _affinity(kind: Any) -> str:
    import pyarrow as pa

    whole = pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind)
    return "integer" if whole else "text"


def _stored(value: Any, scale: int | None) -> Any:
    if isinstance(value, Decimal) and scale is not None:
        return int(value.scaleb(scale))
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int) else str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
