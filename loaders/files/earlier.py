"""Files that an earlier release loaded."""

import logging

from loaders.files.days import named
from loaders.files.listing import sort_key
from loaders.source import Job

log = logging.getLogger(__name__)


def give_keys(job: Job, source: str) -> None:
    """Give a sort key to files that an earlier release loaded.

    Where it read another day in a name, the file is read again.
    """
    without = job.warehouse.query(
        "select table_name, file_name, last_modified, file_date from ops.loaded_files "
        "where client_id = %s and sort_key is null",
        (job.account.client_id,),
    )
    if not without:
        return
    again = 0
    with job.warehouse.transaction() as execute:
        for table, key, last_modified, day in without:
            found = named(key)
            is_moved = found is not None and found.day != day
            again += is_moved
            execute(
                "update ops.loaded_files set sort_key = %s"  # noqa: S608
                f"{', etag = %s' if is_moved else ''} "
                "where client_id = %s and table_name = %s and file_name = %s",
                [
                    *(sort_key(key, last_modified), *([""] if is_moved else [])),
                    *(job.account.client_id, table, key),
                ],
            )
    reread = f"; {again} whose day was not understood then are read again" if again else ""
    log.warning(
        "%s %s: %d files of an earlier release have their place in the order now%s",
        *(job.account.client_id, source, len(without), reread),
    )
