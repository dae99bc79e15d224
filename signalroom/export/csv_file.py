"""CSV as spreadsheets read it: a text stays a text, a rate is a percentage.

A text that a spreadsheet would take for a formula has an apostrophe before it, which is how one
types such a text there. Texts are in quotes and what is unknown is empty: they can be told apart.
"""

from typing import Any, BinaryIO

from signalroom.export.rows import Rows, is_percent

FORMULA = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001  # spreadsheets take the wide ones too
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel reads UTF-8 as another encoding


def write(rows: Rows, file: BinaryIO, *, for_excel: bool = True) -> None:
    """Write rows under their names, into a file for Excel or a pipe for anyone."""
    import pyarrow as pa
    from pyarrow import csv

    kinds = {field.name: field.type for field in rows.schema}
    wanted = pa.schema(
        [
            (harmless(name), pa.string() if _is_rate(name, kind) else kind)
            for name, kind in kinds.items()
        ]
    )
    if for_excel:
        file.write(BYTE_ORDER_MARK)
    with csv.CSVWriter(file, wanted) as writer:
        for batch in rows.batches:
            columns = [
                _shown(name, column)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=wanted))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(tuple(FORMULA)) else text


def _is_rate(name: str, kind: Any) -> bool:
    import pyarrow as pa

    return is_percent(name) and pa.types.is_decimal(kind)


def _shown(name: str, column: Any) -> Any:
    """A column as it is written: texts harmless, rates as 25.31%."""
    import pyarrow as pa
    from pyarrow import compute as pc

    if _is_rate(name, column.type):
        scale = max(column.type.scale - 2, 0)
        hundredfold = pc.multiply(column, pa.scalar(100, pa.int64()))
        exact = pc.cast(hundredfold, pa.decimal128(38, scale))
        return pc.binary_join_element_wise(pc.cast(exact, pa.string()), "%", "")
    if pa.types.is_string(column.type):
        formulas = pc.match_substring_regex(column, f"^[{FORMULA.replace('-', chr(92) + '-')}]")
        return pc.if_else(formulas, pc.binary_join_element_wise("'", column, ""), column)
    return column
