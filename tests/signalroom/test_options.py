"""Options that several commands share."""

import pytest

from tests.support import Project


@pytest.mark.parametrize(
    "command",
    [
        ("anomalies", "list", "--days"),
        ("dead-letters", "purge", "--older-than"),
        ("report", "--days"),
    ],
)
def test_more_days_than_the_calendar_has_are_wrong_usage(
    command: tuple[str, ...], project: Project
) -> None:
    said = project.run(*command, "1000000")
    assert (said.exit_code, "1000000 is not in the range" in said.output) == (2, True), said.output
