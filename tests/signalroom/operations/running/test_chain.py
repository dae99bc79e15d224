"""The chain itself, on the sandbox: one morning with every source, and the next look at it."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from loaders import clock
from loaders.registry import SOURCES
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from signalroom.operations.running.steps import STEPS
from tests.support import QUICK_BUILDS, Project

pytestmark = pytest.mark.slow


def test_a_morning(  # noqa: PLR0917  # pytest passes them by name
    tmp_path: Path,
    bucket: S3Exports,
    sandbox: Sandbox,
    morning: object,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Every source is loaded up to yesterday, and the report says that it is complete."""
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True)
    project.environ |= QUICK_BUILDS
    monkeypatch.chdir(project.root)
    for source in SOURCES:
        project.environ |= sandbox.environ(source)
    for name, value in project.environ.items():
        monkeypatch.setenv(name, value)
    done = project.run("run", "--json")
    said = capfd.readouterr()
    assert done.exit_code == 0, said.out + said.err
    told = json.loads(done.stdout)
    assert (told["day"], told["status"]) == ("2025-12-18", "ok")
    assert {one["step"]: one["status"] for one in told["steps"]} == {
        step.name: "skipped" if step.name == "backup" else "ok"
        for step in STEPS
        if "daily" in step.kinds
    }
    rows = {one["step"]: one["rows"] for one in told["steps"]}
    assert (rows["everflow"], rows["redtrack"]) == (444, 145)
    page = (project.root / "report/713/index.html").read_text()
    assert re.search("December 18 is complete", page)
    assert project.query("select status from ops.runs") == [("ok",)]
    again = project.run("run")
    assert again.exit_code == 0
    assert "2025-12-18 has a good run and is complete; nothing was done" in again.output
    monkeypatch.setattr(clock, "now", lambda: datetime(2025, 12, 18, 20, 5, tzinfo=UTC))
    assert project.run("run", "hourly", "--skip", "build").exit_code == 0
    windows = "select distinct window_start, window_end from ops.load_runs where started_at = (%s)"
    hourly = "select started_at from ops.runs where kind = 'hourly'"
    assert project.query(windows % hourly) == [(date(2025, 12, 18), date(2025, 12, 18))]
    ((conversions,),) = project.query(
        "select conversions from ops.hourly_snapshots where advertiser_id = 1 and hour = 15"
    )
    assert conversions == 269
