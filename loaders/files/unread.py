"""Files whose version in the bucket is not in their table: not read yet, or refused.

Each is an issue until it is loaded or leaves the bucket. It is noted before any is read, so that
however a run ends, a day that lacks one of its files is not complete. One that was refused stands
among the rejected rows too: its original is the file in the bucket, of which the version is noted.
"""

from collections.abc import Collection, Mapping

from loaders.files.listing import File
from loaders.ledger import NOT_LOADED
from loaders.ops import LOAD_ISSUES, REJECTED_ROWS, LoadIssue, RejectedRow, Run
from loaders.table import Issue, Rejected
from loaders.warehouse import Warehouse

NOT_READ = "not read yet"


def note_unread(
    warehouse: Warehouse,
    run: Run,
    unread: Mapping[File, str],
    *,
    holds_back: bool,
    pending: Collection[str] | None = None,
) -> None:
    """Write why files of a run's table are not loaded, in place of what was said of them before.

    `pending`: the keys of all that are not; what was said of any other file is forgotten.
    """
    which = [NOT_LOADED, run.client_id, run.table_name]
    where = "kind = %s and client_id = %s and table_name = %s"
    said = warehouse.query(f"select origin from ops.load_issues where {where}", which)  # noqa: S608
    again = {file.key for file in unread}
    issues = [
        Issue(
            *(file.key, NOT_LOADED, 1, file.day),
            example=reason.removeprefix(f"{file.key}: "),
            holds_back=holds_back,
            file_version=file.stored.etag,
        )
        for file, reason in unread.items()
    ]
    letters = [_letter(run, file, why) for file, why in unread.items() if why != NOT_READ]
    with warehouse.transaction() as execute:
        for letter in letters:  # the newest refusal of a file says why
            execute(
                "delete from ops.rejected_rows where kind = 'file' and client_id = %s "
                "and table_name = %s and origin = %s",
                [run.client_id, run.table_name, letter.origin],
            )
        REJECTED_ROWS.insert(execute, letters)
        for (key,) in said:
            if key in again or (pending is not None and key not in pending):
                execute(
                    f"delete from ops.load_issues where {where} and origin = %s",  # noqa: S608
                    [*which, key],
                )
        LOAD_ISSUES.insert(execute, [LoadIssue.of(run, issue) for issue in issues])


def _letter(run: Run, file: File, reason: str) -> RejectedRow:
    stored = file.stored
    original = {"file": file.key, "etag": stored.etag, "size": stored.size}
    original["last_modified"] = stored.last_modified
    why = reason.removeprefix(f"{file.key}: ")
    return RejectedRow.of(run, Rejected(file.key, 0, why, original, file.day), "file")
