"""Runs the command and kills it, as a power cut would, at the point named by the first argument.

The points follow one load of any source from the answers in memory to the row in the ledger.
"""

import os
import signal
import sys
from contextlib import ExitStack
from typing import Any, NoReturn
from unittest import mock

import dlt
from dlt.common.storages.load_package import PackageStorage
from dlt.destinations.sql_client import SqlClientBase
from dlt.load.load import Load

from loaders import daily, records
from loaders.files import load as files
from loaders.land import land
from loaders.ops import OpsTable
from signalroom.cli import main

LOADS = (daily, files, records)  # every way to land rows


def die(*_: Any, **__: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def after_the_merge(complete_job: Any) -> Any:
    """The database has committed the merge; dlt has not yet noted that its job is done."""

    def completing(self: PackageStorage, load_id: str, file_name: str) -> Any:
        if file_name.endswith(".sql"):
            die()
        return complete_job(self, load_id, file_name)

    return completing


def within_the_merge(execute_many: Any) -> Any:
    """The old rows are deleted, the new ones not yet inserted."""

    def executing(self: Any, statements: list[str], *arguments: Any, **named: Any) -> Any:
        if len(statements) > 1 and statements[0].startswith("DELETE"):
            execute_many(self, statements[:1])
            die()
        return execute_many(self, statements, *arguments, **named)

    return executing


def before_rows_of(name: str, insert: Any = OpsTable.insert) -> Any:
    """The ledger was told of the rejected rows, and not yet of what rejected them."""

    def inserting(self: OpsTable, execute: Any, rows: Any) -> None:
        if self.name == name:
            die()
        insert(self, execute, rows)

    return mock.patch.object(OpsTable, "insert", inserting)


def while_landing(*patches: Any) -> list[Any]:
    """Apply patches to dlt while rows are landed, not while tables are made."""

    def landing(*arguments: Any, **named: Any) -> None:
        for patch in patches:
            patch.start()
        land(*arguments, **named)

    return [mock.patch.object(load, "land", landing) for load in LOADS]


POINTS = {
    "after_extract": while_landing(mock.patch.object(dlt.Pipeline, "normalize", die)),
    "within_merge": while_landing(
        mock.patch.object(
            SqlClientBase, "execute_many", within_the_merge(SqlClientBase.execute_many)
        )
    ),
    "after_merge": while_landing(
        mock.patch.object(
            PackageStorage, "complete_job", after_the_merge(PackageStorage.complete_job)
        )
    ),
    "before_marker": while_landing(mock.patch.object(Load, "complete_package", die)),
    "within_ledger": [before_rows_of("load_runs")],
}

if __name__ == "__main__":
    with ExitStack() as stack:
        for patch in POINTS[sys.argv.pop(1)]:
            stack.enter_context(patch)
        main()
