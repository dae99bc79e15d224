"""JSON: a list of objects, one a line; amounts are numbers with all their digits."""

import json
from collections.abc import Iterator
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from math import isfinite
from typing import Any

from signalroom.export.rows import Rows


def lines(rows: Rows) -> Iterator[str]:
    """The lines of the document."""
    names = (json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in rows.schema.names)
    template = f"  {{{', '.join(f'{name}: %s' for name in names)}}}"
    before = "["
    for batch in rows.batches:
        columns = [_literals(column) for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield f"{before}\n{template % values}"
            before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _literals(column: Any) -> list[str]:
    """The values of a column as JSON, all at once where Arrow writes them alike."""
    import pyarrow as pa

    if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
        return [text or "null" for text in column.cast(pa.string()).to_pylist()]
    if pa.types.is_string(column.type):
        return ["null" if text is None else quoted(text) for text in column.to_pylist()]
    return [literal(value) for value in column.to_pylist()]


def literal(value: Any) -> str:
    """A value as JSON; what JSON has no word for is a text, and no number is nothing."""
    match value:
        case Decimal():
            return format(value, "f") if value.is_finite() else "null"
        case float() if not isfinite(value):
            return "null"
        case None | bool() | int() | float() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(str(value), ensure_ascii=False)
