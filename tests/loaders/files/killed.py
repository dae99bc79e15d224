"""Runs the command and kills it, as a power cut would, at the point named by the first argument.

The points follow one group of files from the buffers on disk to the rows in the ledger.
"""

import sys
from typing import Any
from unittest import mock

import dlt
from dlt.common.storages.load_package import PackageStorage
from dlt.load.load import Load

from loaders import ledger
from loaders.files import load as files
from loaders.land import land
from signalroom.cli import main
from tests.sources.killed import before_rows_of, die


def while_landing(*patches: Any, replacing: bool = False) -> Any:
    """Apply patches to dlt while files are added, or while they replace others."""

    def landing(job: Any, schema: str, uploads: Any) -> None:
        if uploads[0].adds is not replacing:
            for patch in patches:
                patch.start()
        land(job, schema, uploads)

    return mock.patch.object(files, "land", landing)


def after_the_commit(ending: str) -> Any:
    """The database has committed a job; dlt has not yet noted that it is done."""
    complete_job = PackageStorage.complete_job

    def completing(self: PackageStorage, load_id: str, file_name: str) -> Any:
        if file_name.endswith(ending):
            die()
        return complete_job(self, load_id, file_name)

    return mock.patch.object(PackageStorage, "complete_job", completing)


def after_the_files(*arguments: Any, write: Any = ledger.write_files) -> None:
    write(*arguments)
    die()


POINTS = {
    "before_landing": mock.patch.object(files, "land", die),
    "after_extract": while_landing(mock.patch.object(dlt.Pipeline, "normalize", die)),
    "after_parquet": while_landing(after_the_commit(".parquet")),
    "after_csv": while_landing(after_the_commit(".csv")),
    "after_merge": while_landing(after_the_commit(".sql"), replacing=True),
    "before_marker": while_landing(mock.patch.object(Load, "complete_package", die)),
    "before_merge_marker": while_landing(
        mock.patch.object(Load, "complete_package", die), replacing=True
    ),
    "before_files": mock.patch.object(ledger, "write_files", die),
    "within_files": before_rows_of("loaded_files"),
    "after_files": mock.patch.object(ledger, "write_files", after_the_files),
}
ONLY = {"after_parquet": "dev", "after_csv": "prod"}  # what each engine imports

if __name__ == "__main__":
    with POINTS[sys.argv.pop(1)]:
        main()
