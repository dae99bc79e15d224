"""Throwing letters away: never one for which a day is held back."""

from datetime import datetime

from loaders.ops.tables import ROWS_AT_ONCE
from loaders.warehouse import Warehouse
from signalroom.operations.dead_letters.letters import Letter


def purge(warehouse: Warehouse, found: list[Letter], before: datetime) -> tuple[int, list[Letter]]:
    """Delete those that were refused before a moment: how many, and which have to stay.

    An open one stays: without it, its day would count as complete and lack it.
    """
    old = [one for one in found if one.row.rejected_at < before]
    ids = [one.row.rejected_row_id for one in old if one.state != "open"]
    with warehouse.transaction() as execute:
        for start in range(0, len(ids), ROWS_AT_ONCE):
            some = ids[start : start + ROWS_AT_ONCE]
            marks = ", ".join(["%s"] * len(some))
            execute(f"delete from ops.rejected_rows where rejected_row_id in ({marks})", some)  # noqa: S608
    return len(ids), [one for one in old if one.state == "open"]
