"""Reports that carry titles alone: which source a title meant on a day."""

from datetime import date

import pytest

from loaders.sources.redtrack import Names
from sandbox.server import Sandbox
from tests.support import DECEMBER, Project

TWIN = "66c79f91be26fd463456dead"  # deleted, of the same title as Facebook CCW


def listed(
    source_id: str, status: object = 1, title: str = "A", made: str = ""
) -> dict[str, object]:
    return {"id": source_id, "title": title, "status": status, "created_at": made}


def loaded(source_id: str, *days: int, title: str = "A") -> list[tuple[date, str, str]]:
    return [(date(2025, 12, day), title, source_id) for day in days]


OLD_AND_NEW = [listed("old", "3"), listed("new", made="2025-12-10T09:00:00Z")]
NAMES: dict[str, tuple[Names, dict[int, str | None]]] = {
    "in use": (Names([listed("1")], ()), {5: "1"}),
    "deleted today": (Names([listed("1", 3)], ()), {5: "1"}),
    "gone from the list": (Names([], loaded("1", 5)), {5: "1", 6: "1"}),
    "never known": (Names([listed("1", title="B")], loaded("title:A", 5)), {5: None}),
    "a deleted twin": (Names([listed("1"), listed("2", 3)], ()), {5: "1"}),
    "two in use": (Names([listed("1"), listed("2", 2)], ()), {5: None}),
    "two in use, one of them loaded": (
        Names([listed("1"), listed("2")], loaded("1", 5)),
        {5: "1", 6: None},
    ),
    "title given to a new one, nothing loaded": (
        Names(OLD_AND_NEW, ()),
        {5: "old", 12: "new"},
    ),
    "title given to a new one, both loaded": (
        Names([listed("old", 3), listed("new")], loaded("old", 5) + loaded("new", 12)),
        {5: "old", 12: "new", 13: "new"},
    ),
    "one after the other, both gone": (
        Names([], loaded("old", 4, 5) + loaded("new", 12)),
        {5: "old", 7: "old", 13: "new"},
    ),
    "renamed, and its title given to another": (
        Names([listed("1", title="B"), listed("2")], loaded("1", 5)),
        {5: "2"},
    ),
    "renamed": (Names([listed("1", title="A")], loaded("1", 5, title="B")), {5: "1"}),
}


@pytest.mark.parametrize("what", NAMES)
def test_a_title_is_the_source_that_had_it_that_day(what: str) -> None:
    names, right = NAMES[what]
    assert {day: names.id_of("A", date(2025, 12, day)) for day in right} == right


@pytest.mark.parametrize("status", [3, None], ids=["deleted", "gone"])
def test_what_is_deleted_today_had_a_name_yesterday(
    project: Project, sandbox: Sandbox, status: int | None
) -> None:
    """Its past days are read again, and stay its own."""
    for day in ("2025-12-02", "2025-12-03", "2025-12-16"):
        sandbox.redtrack.restate("remove", date=day, source_id=TWIN)
    sandbox.redtrack.faults.on("source_id_absent")
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0
    before = project.raw("redtrack")
    assert "66c79f91be26fd4634569658" in {row[1] for row in before}
    sandbox.redtrack.faults.on("source_status", status=status)
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0
    assert project.raw("redtrack") == before
