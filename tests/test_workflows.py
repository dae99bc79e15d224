"""The GitHub workflows: pinned, with the least rights, and safe from what is typed into them."""

import re
import subprocess
import sys
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from loaders.daily import DailySource
from loaders.registry import SOURCES
from signalroom.config.clients import DEFAULT_DEADLINE

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / ".github/workflows").glob("*.yml"))
NIGHTLY, HOURLY = (ROOT / f".github/workflows/{name}.yml" for name in ("nightly", "hourly"))

NAMED = r"(secrets|vars)\.(\w+)"

every_workflow = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def read(path: Path) -> dict[Any, Any]:
    workflow = yaml.safe_load(path.read_text())
    assert isinstance(workflow, dict)
    return workflow


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def test_all_are_there() -> None:
    assert [path.stem for path in PATHS] == ["audit", "ci", "hourly", "nightly", "pages"]


@every_workflow
def test_every_action_is_pinned_and_says_its_version(path: Path) -> None:
    uses = re.findall(r"uses: (.+)$", path.read_text(), re.MULTILINE)
    assert len(uses) == sum("uses" in step for step in steps(path)) > 0
    for action in uses:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@every_workflow
def test_nothing_is_permitted_but_reading_the_code(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        publishes = (path.stem, name) == ("pages", "publish")
        rights = {"pages": "write", "id-token": "write"} if publishes else {"contents": "read"}
        assert job["permissions"] == rights
        assert job["timeout-minutes"] <= 120


@every_workflow
def test_no_credentials_stay_behind(path: Path) -> None:
    for step in steps(path):
        if "actions/checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@every_workflow
def test_no_expression_stands_in_a_script(path: Path) -> None:
    """What is typed reaches a shell through the environment, never as a part of the command."""
    for step in steps(path):
        assert "${{" not in step.get("run", ""), step["name"]


def test_ci_runs_what_a_laptop_runs() -> None:
    workflow = read(ROOT / ".github/workflows/ci.yml")
    assert set(workflow[True]) == {"push", "pull_request"}  # YAML reads `on` as true
    assert "bash .ci/run" in [step.get("run") for step in steps(ROOT / ".github/workflows/ci.yml")]
    assert "secrets." not in (ROOT / ".github/workflows/ci.yml").read_text()


def test_the_audit_runs_every_week_what_a_laptop_runs() -> None:
    path = ROOT / ".github/workflows/audit.yml"
    assert read(path)[True]["schedule"] == [{"cron": "0 7 * * 1"}]
    assert steps(path)[-1]["run"] == "make audit"
    assert "secrets." not in path.read_text()


def test_neither_schedule_runs_twice_at_once_nor_drops_the_other() -> None:
    for path, group in ((NIGHTLY, "nightly-load"), (HOURLY, "hourly-load")):
        assert read(path)["concurrency"] == {"group": group, "cancel-in-progress": False}


def test_nightly_starts_after_the_last_source_has_closed_its_day() -> None:
    """By New York's clock; before that come order files alone, and the last is past the gate."""
    schedule = read(NIGHTLY)[True]["schedule"]
    assert {entry["timezone"] for entry in schedule} == {"America/New_York"}
    (files, *_), *whole = (entry["cron"].split()[1::-1] for entry in schedule)
    only = read(NIGHTLY)["jobs"]["load-and-build"]["env"]["ASKED_ONLY"]
    assert files == "6"
    assert f"github.event.schedule == '{schedule[0]['cron']}' && 's3_exports'" in only
    daily = [source for source in SOURCES.values() if isinstance(source, DailySource)]
    starts = [time(int(hours.split("-")[0]), int(minutes)) for hours, minutes in whole]
    assert starts[0] > max(source.closes_at for source in daily)
    assert starts[-1] > DEFAULT_DEADLINE


def test_nightly_takes_a_window_by_hand() -> None:
    inputs = read(NIGHTLY)[True]["workflow_dispatch"]["inputs"]
    assert list(inputs) == ["start_date", "end_date", "client", "full_refresh"]
    (run,) = [step["run"] for step in steps(NIGHTLY) if step["name"] == "Run"]
    for option in ("--start-date", "--end-date", "--client", "--full-refresh", "--force"):
        assert option in run


def test_every_secret_and_variable_of_nightly_is_explained() -> None:
    named = re.findall(r"(\w+): \$\{\{ (secrets|vars)\.(\w+) \}\}", NIGHTLY.read_text())
    assert set(re.findall(NAMED, HOURLY.read_text())) < set(re.findall(NAMED, NIGHTLY.read_text()))
    assert len(named) == len(re.findall(r"secrets\.|vars\.", NIGHTLY.read_text())) > 10
    assert all(variable == setting for variable, _, setting in named)
    settings = {setting for _, _, setting in named}
    explained = (ROOT / ".env.example").read_text()
    assert settings <= set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", explained, re.MULTILINE))
    assert settings <= set(re.findall(r"`([A-Z0-9_]+)`", (ROOT / "docs/production.md").read_text()))


def test_only_what_opens_a_door_is_a_secret() -> None:
    """GitHub blacks a secret out wherever it stands, also in the middle of a figure."""
    for name in re.findall(r"secrets\.(\w+)", NIGHTLY.read_text()):
        assert name.endswith(("_KEY", "PASSWORD", "_TOKEN", "_SECRET", "_JSON", "WEBHOOK_URL")), (
            name
        )
    for name in re.findall(r"vars\.(\w+)", NIGHTLY.read_text()):
        assert not name.endswith(
            ("_KEY", "PASSWORD", "TOKEN", "_SECRET", "_JSON", "WEBHOOK_URL")
        ), name


def test_nightly_installs_without_any_secret_that_opens_a_door() -> None:
    (job,) = read(NIGHTLY)["jobs"].values()
    (install,) = [step for step in job["steps"] if step.get("id") == "install"]
    assert "secrets." not in str(job["env"])
    assert "env" not in install


def test_whatever_runs_our_commands_is_told_of_when_it_fails() -> None:
    """Its failure shows through the pipe, and the summary has its last lines."""
    assert read(NIGHTLY)["defaults"]["run"]["shell"] == "bash"  # which means -eo pipefail
    *others, summary = steps(NIGHTLY)
    assert summary["name"] == "Summary"
    told = re.findall(
        r"\{\{ steps\.(\w+)\.outcome == 'failure' && '(\w+)' \|\| '' \}\}", summary["env"]["FAILED"]
    )
    ours = [step for step in others if "run" in step]
    assert told == [(step["id"], step["id"]) for step in ours]
    for step in ours:
        assert step["run"].endswith(f'|& tee "$RUNNER_TEMP/{step["id"]}.txt"')
    assert all("!cancelled()" in step["if"] for step in (*others[3:], summary))


def test_nightly_keeps_docs_and_results_of_a_failed_run_too() -> None:
    kept = {
        step["with"]["name"]: step
        for step in steps(NIGHTLY)
        if "upload-artifact@" in step.get("uses", "")
    }
    assert kept["docs"]["with"]["path"] == "site/"
    assert kept["run-results"]["with"]["path"].endswith("/run_results.json")
    assert all("!cancelled()" in step["if"] for step in kept.values())


def test_what_is_published_is_made() -> None:
    """Pages are public: no secret, no warehouse but the demo's, and what publishes runs no code."""
    path = ROOT / ".github/workflows/pages.yml"
    assert "secrets." not in path.read_text()
    build, publish = read(path)["jobs"].values()
    assert build["env"] == {"DUCKDB_PATH": "demo.duckdb"}
    commands = [step["run"] for step in build["steps"] if "run" in step]
    assert commands[0] == "make demo"
    assert commands[-1] == "make docs"
    assert not [word for word in " ".join(commands).split() if "prod" in word or "load" in word]
    assert [step for step in publish["steps"] if "run" in step] == []


@pytest.mark.parametrize(
    "checker",
    [
        ("zizmor", "--offline", "--no-progress", "--persona", "pedantic"),
        ("jactionlint", "--shellcheck="),  # actionlint's checks; actionlint itself is in no wheel
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
    ],
    ids=lambda checker: checker[0],
)
def test_the_checkers_find_nothing(checker: tuple[str, ...]) -> None:
    program, *options = checker
    checked = subprocess.run(
        [Path(sys.executable).with_name(program), *options, *PATHS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
