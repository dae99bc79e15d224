"""A guard that heals: what is suspicious is refused once, and believed when it stays so.

A change is the same when nothing of what was missing then has come now, and some of it could have.
The ledger keeps a part of what a refused read lacked, by digests. So a page that comes short here
and there is not taken for a change that stays.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

from loaders import ledger
from loaders.ops import Run
from loaders.verify import Judgement
from loaders.warehouse import Warehouse

APART = timedelta(days=1)  # what lasts so long is no bad night
KEPT = 200


def decide(
    warehouse: Warehouse,
    run: Run,
    judgement: Judgement,
    *,
    missing: Iterable[object],
    came: Iterable[object],
) -> None:
    """Set a run's verdict.

    `missing` and `came` name what exists; they are gone through only where that is suspicious. A
    read that could not take in all that it was answered proves nothing.
    """
    run.verdict, run.error = judgement.verdict, judgement.reason
    if judgement.reason is None or run.rejected:
        return
    if since := stays(warehouse, run, missing, came):
        run.verdict, run.error = judgement.if_believed, None
        run.messages.append(
            f"believed, as it was so on {since:%Y-%m-%d %H:%M} UTC too: {judgement.reason}"
        )


def stays(
    warehouse: Warehouse, run: Run, missing: Iterable[object], came: Iterable[object] = ()
) -> datetime | None:
    """When a read of a day or more ago lacked the same; what this one lacks is kept in its run."""
    lacking = _digests(missing)
    run.missing = " ".join([*(run.missing or "").split(), *sorted(lacking)[:KEPT]])
    there = _digests(came)
    for started_at, before in ledger.refused(warehouse, run, until=run.started_at - APART):
        lacked = set((before or "").split())
        if lacked & lacking and not lacked & there:
            return started_at
    return None


def _digests(names: Iterable[object]) -> set[str]:
    return {blake2b(str(name).encode(), digest_size=6).hexdigest() for name in names}
