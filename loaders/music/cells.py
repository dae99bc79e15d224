"""Columns of text as our values, each distinct text read once; and records as JSON."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_TO_ESCAPE = r'[\x00-\x1f"\\]'


def read_each(
    column: "pa.Array", *readers: Callable[[str], str | None]
) -> tuple[list["pa.Array"], "pa.Array"]:
    """What each reader makes of the texts of a column, and why one could not be read; NULL is NULL.

    A million lines hold some thousand amounts, and some dozen stores.
    """
    import pyarrow as pa

    encoded = column.dictionary_encode()
    values: list[list[str | None]] = [[] for _ in readers]
    reasons: list[str | None] = []
    for text in encoded.dictionary.to_pylist():
        try:
            made, reason = [read(text) for read in readers], None
        except ValueError as error:
            made, reason = [None] * len(readers), str(error)
        reasons.append(reason)
        for found, value in zip(values, made, strict=True):
            found.append(value)
    taken = [pa.array(found, pa.string()).take(encoded.indices) for found in values]
    return taken, pa.array(reasons, pa.string()).take(encoded.indices)


def as_json(columns: Sequence["pa.Array"], headings: Sequence[str]) -> "pa.Array":
    """Each record as a JSON object of its cells, blank ones left out as null."""
    from pyarrow import compute

    parts: list[Any] = []
    for place, (heading, column) in enumerate(zip(headings, columns, strict=True)):
        parts.append(("{" if place == 0 else ", ") + json.dumps(heading, ensure_ascii=False) + ": ")
        texts = column
        if compute.any(compute.match_substring_regex(column, _TO_ESCAPE)).as_py():
            (texts,), _ = read_each(column, _escaped)
        quoted = compute.binary_join_element_wise('"', texts, '"', "")
        parts.append(compute.fill_null(quoted, "null"))
    parts.append("}")
    return compute.binary_join_element_wise(*parts, "")


def _escaped(text: str) -> str:
    """A text as it stands between the quotes of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
