"""What `status` says of loads that fail or are late, and of a warehouse without any."""

import json
import re
from datetime import UTC

import pytest

from sandbox.server import Sandbox
from tests.support import DECEMBER, Project, on_both_targets

MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d"


def troubles(project: Project, exit_code: int) -> list[str]:
    """The lines of what fails or is late; with --check the exit code tells of them."""
    assert project.run("status").exit_code == 0
    result = project.run("status", "--check")
    assert result.exit_code == exit_code, result.output
    return result.output.partition("Failing or late:\n")[2].partition("\n\n")[0].splitlines()


@on_both_targets
def test_what_fails_is_said_with_since_when_and_what_to_run(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    assert troubles(loaded_project, 0) == []
    sandbox.redtrack.faults.on("invalid_key")
    for _ in range(2):
        assert loaded_project.run("load", "redtrack", *DECEMBER).exit_code == 1
    ((first, newest),) = loaded_project.query(
        "select min(started_at), max(started_at) from ops.load_runs where verdict = 'failed'"
    )
    assert first < newest
    (line,) = troubles(loaded_project, 1)
    command = "signalroom load redtrack --client 713"
    command += " --target prod" if loaded_project.database else ""
    assert re.fullmatch(
        rf"713 redtrack: failing since {first.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
        rf"last good load {MOMENT} UTC; run `{command}`: failed, .*HTTP 401.*",
        line,
    )
    sandbox.redtrack.faults.clear()
    assert loaded_project.run("load", "redtrack", *DECEMBER).exit_code == 0
    assert troubles(loaded_project, 0) == []


@on_both_targets
def test_what_is_late_is_said(loaded_project: Project) -> None:
    loaded_project.execute(
        "update ops.load_runs set started_at = started_at - interval '27 hours' "
        "where source = 'everflow'"
    )
    (line,) = troubles(loaded_project, 1)
    assert re.fullmatch(
        rf"713 everflow: late, last good load {MOMENT} UTC; run `signalroom load everflow .*`", line
    )


def test_tables_that_fail_alike_are_one_line_and_others_do_not_count(project: Project) -> None:
    row = "('{}', 'mautic', '713', '{}', '{}', '2025-12-{:02} 07:00:00+00', '{}', 0)"
    runs = [
        *(("1", table, "ok", 8, "") for table in ("emails", "contacts", "segments")),
        *(("2", table, "failed", 9, "no answer") for table in ("emails", "contacts", "gone")),
        ("2", "segments", "ok", 9, ""),
    ]
    project.execute(
        "insert into ops.load_runs "
        "(run_id, source, client_id, table_name, verdict, started_at, error, rows_rejected) values "
        + ", ".join(row.format(*run) for run in runs)
    )
    assert troubles(project, 1) == [
        "713 mautic.contacts, mautic.emails: failing since 2025-12-09 07:00 UTC, last good load "
        "2025-12-08 07:00 UTC; run `signalroom load mautic --client 713`: failed, no answer"
    ]


@pytest.mark.parametrize("is_made", [True, False], ids=["empty tables", "no file"])
@pytest.mark.parametrize("command", ["summary", "status", "review", "doctor"])
def test_a_warehouse_without_loads_says_so_and_names_the_demos(
    project: Project, command: str, is_made: bool
) -> None:
    if not is_made:
        project.warehouse.unlink()
    (project.root / "demo.duckdb").touch()
    said = project.run(command).output
    assert "othing is loaded in " in said
    assert "yet; run `make -k load build`, or see the demo's numbers: DUCKDB_PATH=demo" in said
    if command == "status":
        assert project.run("status", "--check").exit_code == 1


@on_both_targets
def test_the_state_is_json_for_a_monitor(loaded_project: Project, sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("invalid_key")
    assert loaded_project.run("load", "redtrack", *DECEMBER).exit_code == 1
    result = loaded_project.run("status", "--check", "--format", "json")
    assert result.exit_code == 1
    loads, *others = json.loads(result.stdout)
    assert loads["rows"][0]["source"] == "everflow"
    assert loads["rows"][0]["complete through"] == "2025-12-18"
    failing = next(part for part in others if part["title"] == "Failing or late:")
    assert failing["notes"][0].startswith("713 redtrack: failing since ")
