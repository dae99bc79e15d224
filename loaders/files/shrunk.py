"""Files that came again with far fewer rows: suspicious, as rows that vanish are.

The former version's rows stay, and the file is believed when it is so a day later too.
"""

from collections.abc import Mapping, Sequence

from loaders.files.listing import File
from loaders.files.reading import Read
from loaders.guard import stays
from loaders.ops import Run
from loaders.source import Job
from loaders.verify import judge_records


def judge_versions(job: Job, runs: Mapping[str, Run], read: Sequence[Read]) -> dict[File, str]:
    """The files that are not to be taken, and why; sets the verdict of their runs."""
    refused: dict[File, str] = {}
    rows = job.warehouse.query(
        "select table_name, file_name, rows from ops.loaded_files where client_id = %s",
        (job.account.client_id,),
    )
    before = {(table, key): count for table, key, count in rows}
    for one in read:
        if one.is_copy:
            continue
        run, had = runs[one.file.table], before.get((one.file.table, one.file.key), 0)
        got = one.rows + len(one.rejected)
        judgement = judge_records(
            got, existing=had, missing=had - got, allow_empty=job.request.allow_empty
        )
        if judgement.reason is None:
            continue
        reason = f"{one.file.key}: {judgement.reason}"
        if since := stays(job.warehouse, run, [f"{one.file.key} of {got} rows"]):
            run.messages.append(f"believed, as it was so on {since:%Y-%m-%d %H:%M} UTC: {reason}")
        else:
            run.verdict, refused[one.file] = judgement.verdict, reason
    return refused
