"""JSON: a list of objects, one a line; amounts are numbers with all their digits."""

import json
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

from signalroom.export.rows import Rows


def lines(rows: Rows) -> Iterator[str]:
    """The lines of the document."""
    names = [json.dumps(name, ensure_ascii=False) for name in rows.schema.names]
    before = "["
    for values in rows.values():
        pairs = (f"{name}: {literal(value)}" for name, value in zip(names, values, strict=True))
        yield f"{before}\n  {{{', '.join(pairs)}}}"
        before = ","
    yield f"{before if before == '[' else ''}\n]\n"


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
