"""Schema `ops`: what loads write of themselves. `rows` says what, `tables` how it gets there."""

from loaders.ops.rows import (
    AcceptedIssue,
    LoadedFile,
    LoadIssue,
    RejectedRow,
    Run,
)
from loaders.ops.tables import (
    ACCEPTED_ISSUES,
    DECLARED,
    LOAD_ISSUES,
    LOAD_RUNS,
    LOADED_FILES,
    OPS,
    REJECTED_ROWS,
    OpsTable,
    create,
    lost,
    make,
)

__all__ = [
    "ACCEPTED_ISSUES",
    "DECLARED",
    "LOADED_FILES",
    "LOAD_ISSUES",
    "LOAD_RUNS",
    "OPS",
    "REJECTED_ROWS",
    "AcceptedIssue",
    "LoadIssue",
    "LoadedFile",
    "OpsTable",
    "RejectedRow",
    "Run",
    "create",
    "lost",
    "make",
]
