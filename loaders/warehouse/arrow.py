"""Rows as Arrow: every type of a mart as itself, no amount ever a float."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loaders.errors import WarehouseError

ROWS = 50_000  # of a batch


def schema(types: Mapping[str, str]) -> Any:
    """The Arrow schema of columns whose types are spelled as `Warehouse.columns` spells them."""
    import pyarrow as pa

    known = {
        "text": pa.string(),
        "bigint": pa.int64(),
        "integer": pa.int32(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "timestamp without time zone": pa.timestamp("us"),
        "timestamp with time zone": pa.timestamp("us", "UTC"),
    }
    fields = []
    for name, kind in types.items():
        digits = re.fullmatch(r"decimal\((\d+), ?(\d+)\)", kind)
        if digits is None and kind not in known:
            raise WarehouseError(f"column {name} has type {kind}, which has no exact copy in Arrow")
        exact = pa.decimal128(*map(int, digits.groups())) if digits else known[kind]
        fields.append(pa.field(name, exact))
    return pa.schema(fields)


def from_csv(file: Any, wanted: Any) -> Iterator[Any]:
    """Batches of what Postgres wrote by `copy … to stdout (format csv)`, read as a schema."""
    from pyarrow import csv

    if not file.read(1):
        return  # pyarrow takes no empty file
    file.seek(0)
    yield from csv.open_csv(
        file,
        read_options=csv.ReadOptions(column_names=wanted.names),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=wanted,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,  # a quoted nothing is an empty text
        ),
    )
