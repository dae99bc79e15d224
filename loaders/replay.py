"""Rows that were kept aside, put in their tables once they can be read.

A row goes through the same `fit` as when it was refused, and takes the place that it would have
had: what its read would have replaced goes, what that or a later read brought stays. This and the
note that it was done are one transaction: whoever dies leaves nothing half done, twice is as once.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from loaders import clock
from loaders.files.masking import hide
from loaders.ops import RejectedRow
from loaders.originals import read_back
from loaders.redaction import redact
from loaders.table import Row, Table, fit
from loaders.warehouse import Warehouse


def put(
    warehouse: Warehouse, table: Table, kept: RejectedRow, *, read_at: datetime, only: str | None
) -> str | None:
    """Put a row in its table; or say why it is refused again, and note that.

    `read_at`: when the read that refused it began; `only`: the advertiser that it asked for.
    """
    warehouse.check_lock()
    try:
        row = fit(table, _as_read(table, kept)) | {"_client_id": kept.client_id}
        _check_place(warehouse, table, kept, row, read_at)
    except ValueError as error:
        reason = redact(hide(str(error)))
        warehouse.execute(
            "update ops.rejected_rows set reason = %s where rejected_row_id = %s",
            [reason, kept.rejected_row_id],
        )
        return reason
    former = [*table.replaced_by, "advertiser_id"] if only else table.replaced_by
    condition, values = _equal(row | ({"advertiser_id": int(only)} if only else {}), former)
    now = clock.now()
    row["_loaded_at"] = now
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
    place = f"{kept.source}.{table.name}"
    with warehouse.transaction() as execute:
        execute(
            f"delete from {place} where {condition} and _loaded_at < %s",  # noqa: S608
            [*values, read_at],
        )
        execute(f"insert into {place} ({names}) values ({marks})", list(row.values()))  # noqa: S608
        execute(
            "update ops.rejected_rows set replayed_at = %s where rejected_row_id = %s",
            [now, kept.rejected_row_id],
        )
    return None


def _as_read(table: Table, kept: RejectedRow) -> Row:
    """The row as its reader had it: of what JSON has no kind for, days matter to `fit`."""
    row: Row = read_back(kept.payload)
    for name, column in table.columns.items():
        if column.type == "date":
            with suppress(TypeError, ValueError):
                row[name] = date.fromisoformat(row[name])
    return row


def _check_place(
    warehouse: Warehouse, table: Table, kept: RejectedRow, row: Row, read_at: datetime
) -> None:
    """ValueError where the row has no place: it was not asked for, or one of its key is there."""
    if table.replaces == "day" and not kept.window_start <= row["date"] <= kept.window_end:
        raise ValueError(f"date: {row['date']} was not asked for")
    condition, values = _equal(row, ("_client_id", *table.key))
    there = warehouse.query(
        f"select 1 from {kept.source}.{table.name} where {condition} and _loaded_at >= %s",  # noqa: S608
        [*values, read_at],
    )
    if there:
        named = ", ".join(str(row[name]) for name in table.key)
        raise ValueError(f"a row for {named} is there, of the same read or a later one")


def _equal(row: Row, names: Iterable[str]) -> tuple[str, list[Any]]:
    """The rows that have the same in these columns, as a condition and its parameters."""
    columns = list(names)
    return " and ".join(f'"{name}" = %s' for name in columns), [row[name] for name in columns]
