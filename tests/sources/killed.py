"""Runs the command and kills it, as a power cut would, at the point named by the first argument.

The points follow one load of any source from the answers in memory to the row in the ledger.
"""

import sys
from contextlib import ExitStack
from typing import Any
from unittest import mock

import dlt
from dlt.common.storages.load_package import PackageStorage
from dlt.destinations.sql_client import SqlClientBase
from dlt.load.load import Load

from loaders import daily, ledger
from loaders.files import load as files
from loaders.land import land
from loaders.records import load as records
from signalroom.cli import main
from tests.loaders.killed import after_the_ledger, after_the_merge, die, within_the_merge

LOADS = (daily, files, records)  # every way to land rows


def while_landing(*patches: Any) -> list[Any]:
    """Apply patches to dlt while rows are landed, not while tables or the ledger are."""

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
    "before_ledger": [mock.patch.object(ledger, "write", die)],
    "after_ledger": [mock.patch.object(ledger, "write", after_the_ledger)],
}

if __name__ == "__main__":
    with ExitStack() as stack:
        for patch in POINTS[sys.argv.pop(1)]:
            stack.enter_context(patch)
        main()
