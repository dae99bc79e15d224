"""Arrow batches on their way to the warehouse, in files that it imports as they are."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from loaders.errors import writing
from loaders.table import Row, Table

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_ONCE = 1 << 14  # a row group of parquet: what one thread of DuckDB takes in at a time


class Buffer:
    """Batches of one table in one long file, and in another where their columns are others.

    DuckDB takes in one long file in two thirds of the time that the same rows in many take it.
    """

    def __init__(self, folder: Path, file_format: Literal["csv", "parquet"]) -> None:
        self._folder, self._format = folder, file_format
        self._writer: Any = None
        self._schema: pa.Schema | None = None
        self._waiting: list[pa.RecordBatch] = []
        self.files: list[Path] = []
        self.columns: dict[str, None] = {}
        self.rows = 0

    def write(self, batch: "pa.RecordBatch") -> None:
        """Add rows; LoadError where there is no room for them."""
        with writing(self._folder):
            if self._writer is None or batch.schema != self._schema:
                self.close()
                self._folder.mkdir(parents=True, exist_ok=True)
                self.files.append(self._folder / f"{len(self.files)}.{self._format}")
                self.columns |= dict.fromkeys(batch.schema.names)
                self._schema = batch.schema
                self._writer = _writer(self.files[-1], batch.schema)
            self._waiting.append(batch)
            self.rows += len(batch)
            if sum(map(len, self._waiting)) >= ROWS_AT_ONCE:
                self._flush()

    def close(self) -> None:
        if self._writer is not None:
            with writing(self._folder):
                self._flush()
                self._writer.close()
            self._writer = None

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
            self._waiting.clear()


def _writer(path: Path, schema: "pa.Schema") -> Any:
    if path.suffix == ".csv":
        from pyarrow import csv

        return csv.CSVWriter(path, schema, write_options=csv.WriteOptions(batch_size=2048))
    from pyarrow import parquet

    return parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False)


def batch_of(table: Table, rows: Sequence[Row], tags: Row) -> "pa.RecordBatch":
    """Rows as Arrow takes them to the warehouse, with the tags on each."""
    import pyarrow as pa

    moment = pa.timestamp("us", "UTC")
    types = {
        "date": pa.date32(),
        "text": pa.string(),
        "bigint": pa.int64(),
        "decimal": pa.decimal128(18, 4),
        "timestamp": moment,
        "bool": pa.bool_(),
        "json": pa.string(),
    }
    fields = [(name, types[column.type]) for name, column in table.columns.items()]
    columns = [pa.array([row[name] for row in rows], kind) for name, kind in fields]
    for name, value in tags.items():
        kind = moment if isinstance(value, datetime) else pa.string()
        fields.append((name, kind))
        columns.append(pa.repeat(pa.scalar(value, kind), len(rows)))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))
