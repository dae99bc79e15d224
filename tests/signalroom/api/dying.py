"""Publishes a DuckDB file, and is killed at a step."""

import os
import signal
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from loaders.warehouse import DuckDB
from signalroom.api import snapshots

STEPS: dict[str, tuple[Any, str]] = {
    "in the midst of the rows": (snapshots, "_rendered"),
    "before it is named": (snapshots, "replace_file"),
    "before the name is in its place": (Path, "replace"),
    "before others are removed": (snapshots, "_remove_others"),
}


def die(*_: object) -> None:
    """As by kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    step, warehouse, folder = sys.argv[1:]
    with mock.patch.object(*STEPS[step], die):
        snapshots.publish(DuckDB(Path(warehouse)), Path(folder))
