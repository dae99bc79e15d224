"""docs/adding-a-source.md, followed to the letter in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import LEFT_OUT, REPOSITORY

PAGE = REPOSITORY / "docs/adding-a-source.md"
BLOCK = re.compile(r"^`(?P<path>[^`]+)`\n\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the page's files written and its changes made."""
    root = tmp_path_factory.mktemp("acme") / "project"
    shutil.copytree(REPOSITORY, root, ignore=LEFT_OUT)
    (root / ".dlt").mkdir()
    shutil.copy(REPOSITORY / ".dlt/config.toml", root / ".dlt")
    for block in BLOCK.finditer(PAGE.read_text()):
        path = root / block["path"]
        if block["language"] == "diff":
            apply = ["git", "apply", "--unidiff-zero", "-"]
            subprocess.run(apply, cwd=root, input=block["text"], text=True, check=True)
        else:
            assert not path.exists()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"])
    return root


def run(project: Path, *arguments: str, exit_code: int = 0) -> str:
    """A module of Python in the copy, which must end with an exit code."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST") and name not in ("DUCKDB_PATH", "DBT_PROJECT_DIR")
    }
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project,
        env=environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done.stdout


QUICK = "not slow and not soak"


@pytest.mark.slow
def test_the_source_of_the_page_passes_what_every_source_must(project: Path) -> None:
    chosen = "acme_calls and not prod"
    said = run(project, "pytest", "-q", "tests/sources", "-k", chosen, "-m", QUICK, "-n0")
    assert re.search(r"\b10 passed", said), said


@pytest.mark.slow
def test_its_staging_model_builds(project: Path) -> None:
    run(project, "signalroom", "load", exit_code=1)  # makes the tables; there is no account
    said = run(project, "signalroom", "dbt", "build", "--select", "+stg_acme_calls__calls")
    assert "ERROR=0" in said
    assert "stg_acme_calls__calls" in said


def test_the_page_shows_code_in_our_style(project: Path) -> None:
    paths = [block["path"] for block in BLOCK.finditer(PAGE.read_text())]
    python = [path for path in paths if path.endswith(".py")]
    assert len(python) == 5
    for check in (("check",), ("format", "--check")):
        run(project, "ruff", *check, *python)
