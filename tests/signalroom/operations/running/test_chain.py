"""The chain itself, on the sandbox: one morning with every source, and the next look at it."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from loaders.registry import SOURCES
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from signalroom.operations.running.steps import STEPS
from tests.support import QUICK_BUILDS, Project

pytestmark = pytest.mark.slow


def test_a_morning(tmp_path: Path, bucket: S3Exports, sandbox: Sandbox) -> None:
    """Every source is loaded up to yesterday, and the report says that it is complete.

    In a process of its own, as it forks one for each step: a renderer that another test has used in
    this one would not draw there.
    """
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True)
    project.environ |= QUICK_BUILDS | {"TESTS_NOW": "2025-12-19T12:00:00+00:00"}
    for source in SOURCES:
        project.environ |= sandbox.environ(source)
    said = project.succeed("run", "--json")
    told = json.loads(said[said.index("\n{") :])
    assert (told["day"], told["status"]) == ("2025-12-18", "ok")
    assert {one["step"]: one["status"] for one in told["steps"]} == {
        # no folder is set for backups, and no active client has music
        step.name: "skipped" if step.name in {"backup", "music"} else "ok"
        for step in STEPS
        if "daily" in step.kinds
    }
    rows = {one["step"]: one["rows"] for one in told["steps"]}
    assert (rows["everflow"], rows["redtrack"]) == (444, 145)
    page = (project.root / "report/713/index.html").read_text()
    assert re.search("December 18 is complete", page)
    assert project.query("select status from ops.runs") == [("ok",)]
    again = project.succeed("run")
    assert "2025-12-18 has a good run and is complete; nothing was done" in again
    project.environ["TESTS_NOW"] = "2025-12-18T20:05:00+00:00"
    project.succeed("run", "hourly", "--skip", "build")
    assert project.query(
        "select distinct window_start, window_end from ops.load_runs"
        " where started_at < '2025-12-19 00:00:00+00'"
    ) == [(date(2025, 12, 18), date(2025, 12, 18))]
    ((conversions,),) = project.query(
        "select conversions from ops.hourly_snapshots where advertiser_id = 1 and hour = 15"
    )
    assert conversions == 269
