"""What was not understood is shown by every command that shows numbers, until it is accepted."""

import pytest

from tests.signalroom.small_marts import ISSUES
from tests.support import Project

LINES = (
    "713 2025-12-03: blank rows (4)",
    "713 2025-12-02, not complete: amount not read (1); unknown status FAILED (3), ODD (1)",
    "713 2025-12-01, not complete: unknown status FAILED (2)",
)


@pytest.fixture
def reviewed(loaded_project: Project) -> Project:
    loaded_project.execute(ISSUES)
    return loaded_project


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_each_day_is_a_line(reviewed: Project, command: str) -> None:
    said = reviewed.run(command).output
    positions = [said.index(line) for line in LINES]
    assert positions == sorted(positions)


def test_what_is_accepted_is_not_shown_again(reviewed: Project) -> None:
    accept = ("review", "--client", "713", "--accept")
    assert reviewed.run(*accept, "unknown status=FAILED", *accept[-1:], "blank rows").exit_code == 0
    said = reviewed.run("status").output
    assert "713 2025-12-02, not complete: amount not read (1); unknown status ODD (1)" in said
    assert "FAILED" not in said
    assert "2025-12-03:" not in said
    again = reviewed.run(*accept, "unknown status=FAILED")
    assert again.exit_code == 2
    assert "'unknown status=FAILED': nothing like it is listed" in again.output
    columns = "table_name, kind, subject, file_version"
    assert reviewed.query(f"select {columns} from ops.accepted_issues order by kind") == [
        ("orders_update", "blank rows", "d.csv", "d.csv v1"),
        ("orders_create", "unknown status", "FAILED", ""),
    ]


def test_an_issue_is_listed_with_its_days(reviewed: Project) -> None:
    said = " ".join(reviewed.run("review").output.split())
    assert "unknown status FAILED 5 2025-12-01 2025-12-02 yes" in said


def test_what_was_refused_has_its_original_elsewhere(reviewed: Project) -> None:
    assert "dead-letters" not in reviewed.run("review").output
    reviewed.execute("update ops.data_issues set kind = 'rejected rows' where word = 'ODD'")
    said = reviewed.run("review").output.splitlines()
    assert said[-1] == "What was refused, with its original: `signalroom dead-letters list`"


def test_everything_was_understood(loaded_project: Project) -> None:
    assert loaded_project.run("review").output == "Everything was understood, or is accepted.\n"
