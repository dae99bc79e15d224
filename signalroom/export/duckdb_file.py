"""One DuckDB file that older tools open too; each mart a table, its descriptions as comments."""

from collections.abc import Iterable
from pathlib import Path

from signalroom.export.rows import Rows

STORAGE = "v1.2.0"  # what DuckDB 1.2 writes; the newest is read by few BI tools


def write(tables: Iterable[Rows], path: Path) -> None:
    """Write each mart as a table."""
    import duckdb
    import pyarrow as pa

    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(str(path))} as file (storage_version '{STORAGE}')")
        for rows in tables:
            name = f"file.{_quoted(rows.name)}"
            reader = pa.RecordBatchReader.from_batches(rows.schema, rows.batches)
            connection.register("rows", reader)
            connection.execute(f"create table {name} as select * from rows")  # noqa: S608
            connection.unregister("rows")
            connection.execute(f"comment on table {name} is {_text(rows.description)}")
            for column, meaning in rows.descriptions.items():
                noted = f"{name}.{_quoted(column)}"
                connection.execute(f"comment on column {noted} is {_text(meaning)}")
        connection.execute("detach file")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
