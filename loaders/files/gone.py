"""Files that a listing does not name any more: their rows stay, and it is told once.

Many that go at once are suspicious, as rows that vanish are, and believed when they stay away.
"""

from loaders import ledger
from loaders.guard import decide
from loaders.ops import Run
from loaders.source import Job
from loaders.verify import judge_records


def judge_listing(job: Job, run: Run, listed: set[str], known: set[str]) -> None:
    """Set the run's verdict by the files that are listed and those that are loaded."""
    which = (job.warehouse, job.account.client_id, run.table_name)
    gone_before = ledger.gone_files(*which)
    gone = known - gone_before - listed
    judgement = judge_records(
        len(listed),
        existing=len(known - gone_before),
        missing=len(gone),
        allow_empty=job.request.allow_empty,
        what="files",
    )
    decide(job.warehouse, run, judgement, missing=gone, came=known & listed)
    if run.error:
        return
    if gone:
        run.messages.append(f"{len(gone)} files are no longer there, their rows stay")
    ledger.note_gone(*which, gone, run.started_at)
    ledger.note_gone(*which, gone_before & listed, None)
