"""A disk that fills up is one sentence with the path; whatever can still be read is read."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support import DECEMBER, Project


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of its own at a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root can mount a disk of its own")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def fails(project: Project, sandbox: Sandbox, where: Path) -> None:
    """A load asks both sources, and says of both where there is no room."""
    load = project.start("load", *DECEMBER)
    said, _ = load.communicate(timeout=120)
    assert load.returncode == 1, said
    assert "Traceback" not in said
    lines = [line for line in said.splitlines() if line.startswith("713 ")]
    failed = [line for line in lines if "No space left on device" in line and str(where) in line]
    assert [line.split(":")[0] for line in failed] == ["713 everflow", "713 redtrack"], said
    assert sandbox.everflow.requests
    assert sandbox.redtrack.requests


@pytest.mark.parametrize("room", ["4k", pytest.param("16k", marks=pytest.mark.soak)])
def test_the_working_folder(room: str, loaded_project: Project, sandbox: Sandbox) -> None:
    before, folder = loaded_project.state(), loaded_project.root / ".dlt" / "pipelines"
    with small_disk(folder, room):
        fails(loaded_project, sandbox, folder)
    assert loaded_project.state() == before
    loaded_project.succeed("load", *DECEMBER)


@pytest.mark.parametrize("room", [pytest.param(0, marks=pytest.mark.soak), 16])
def test_the_disk_of_the_warehouse(room: int, loaded_project: Project, sandbox: Sandbox) -> None:
    before, folder = loaded_project.state(), loaded_project.root / "disk"
    size = loaded_project.warehouse.stat().st_size // 1024 + room
    with small_disk(folder, f"{size}k"):
        moved = folder / loaded_project.warehouse.name
        shutil.copy(loaded_project.warehouse, moved)
        loaded_project.environ["DUCKDB_PATH"] = str(moved)
        fails(loaded_project, sandbox, moved)
        shutil.copy(moved, loaded_project.warehouse)
    del loaded_project.environ["DUCKDB_PATH"]
    assert loaded_project.state() == before
    loaded_project.succeed("load", *DECEMBER)
