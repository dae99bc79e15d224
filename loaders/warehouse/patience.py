"""Changing tables of Postgres that people read: patiently.sql does the same for dbt.

A change waits for whoever reads the table in a transaction that rests, and all who come later stand
behind it. So it gives up its place after two seconds and takes it again a little later.
"""

import logging
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, TypeVar

from loaders.errors import WarehouseError, innermost

SECONDS = 300.0  # in all
PLACE = 2.0  # seconds in the queue
PAUSE = 3.0

# whoever holds a lock on a table for longer than that
HOLDERS = (
    "select distinct a.pid, a.application_name, a.usename, "
    "c.relnamespace::regnamespace || '.' || c.relname "
    "from pg_locks as l inner join pg_stat_activity as a on l.pid = a.pid and l.database = a.datid "
    "inner join pg_class as c on c.oid = l.relation "
    "where l.granted and a.datname = current_database() and a.pid <> pg_backend_pid() "
    "and c.relnamespace::regnamespace::text not in ('pg_catalog', 'pg_toast') "
    "and c.relkind in ('r', 'v', 'm') "
    "and coalesce(a.xact_start < clock_timestamp() - %s * interval '1 second', true)"
)
Result = TypeVar("Result")
log = logging.getLogger(__name__)


def patiently(connection: Callable[[], Any], change: Callable[[], Result]) -> Result:
    """Make a change on a connection of psycopg2; WarehouseError names whose session is in the way.

    The change is one transaction, made again after it was given up, perhaps on a new connection.
    """
    from psycopg2.errors import DeadlockDetected, LockNotAvailable

    until = monotonic() + SECONDS
    said = ""
    while True:
        connection().cursor().execute(f"set lock_timeout = {round(PLACE * 1000)}")
        try:
            result = change()
        except Exception as error:
            if not isinstance(innermost(error), DeadlockDetected | LockNotAvailable):
                raise
        else:
            connection().cursor().execute("reset lock_timeout")
            return result
        cursor = connection().cursor()
        cursor.execute("reset lock_timeout")
        cursor.execute(HOLDERS, [PLACE])
        who = ", ".join(
            f"pid {pid} ({program or 'no name'}, user {user}) on {table}"
            for pid, program, user, table in cursor.fetchall()
        )
        if monotonic() > until:
            raise WarehouseError(
                f"a table cannot be changed, as it is read for {SECONDS:g} s now: {who}; end that "
                "transaction, or the session by pg_terminate_backend(pid), and run again"
            )
        if who != said:
            log.info("waiting for who reads a table that is to be changed: %s", who)
            said = who
        sleep(PAUSE)
