"""When a day's report may leave, and what it waits for until then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from signalroom.config.settings import Settings
from signalroom.operations.gate import Gate, gate_of
from tests.support import Project, on_both_targets

DAY = date(2025, 12, 18)
EIGHT, TEN = (datetime(2025, 12, 19, hour, tzinfo=UTC) for hour in (13, 15))  # in New York
MART = (
    "create schema marts",
    "create table marts.daily_summary (client_id text, report_date date, advertiser_id bigint, "
    "is_complete boolean, incomplete_reason text, orders_complete boolean, "
    "orders_incomplete_reason text)",
)
Find = Callable[..., Gate]


@pytest.fixture
def find(project: Project, target: str) -> Find:
    """The gate of client 713 that morning, with some of its settings changed."""
    settings = Settings(project.root, project.process_environ)
    (client,) = (one for one in settings.clients() if one.client_id == "713")

    def found(now: datetime = EIGHT, day: date | None = None, **changes: object) -> Gate:
        return gate_of(
            settings.warehouse(target),
            replace(client, **changes),  # type: ignore[arg-type]
            now,
            day,
        )

    return found


def put(project: Project, day: str, reasons: str) -> None:
    rows = ", ".join(f"('713', date '{day}', {number}, {reasons})" for number in (1, 2))
    project.execute(*MART, f"insert into marts.daily_summary values {rows}")


@on_both_targets
def test_a_day_is_complete_when_every_declared_input_is(project: Project, find: Find) -> None:
    put(project, "2025-12-18", "true, null, true, null")
    assert find() == Gate("713", DAY, True, (), False)
    assert find(TEN).is_provisional is False


@on_both_targets
def test_it_waits_and_leaves_marked_at_the_deadline(project: Project, find: Find) -> None:
    put(project, "2025-12-18", "false, 'redtrack: Meta has clicks but no cost', true, null")
    waiting = find()
    assert (waiting.is_complete, waiting.is_provisional) == (False, False)
    assert waiting.sentence == "2025-12-18 waits for redtrack: Meta has clicks but no cost"
    late = find(TEN)
    assert late.is_provisional
    assert late.sentence.startswith("2025-12-18 is provisional, without redtrack: Meta has")
    assert find(report_deadline=time(8)).is_provisional
    assert not find(TEN, report_deadline=time(10, 1)).is_provisional


def test_each_input_is_named(project: Project, find: Find) -> None:
    put(project, "2025-12-18", "false, 'everflow; redtrack', false, 'orders_update'")
    assert find().waits_for == ("everflow", "redtrack", "s3_exports: orders_update")


def test_what_a_client_has_not_is_not_waited_for(project: Project, find: Find) -> None:
    put(project, "2025-12-18", "true, null, false, 'not loaded'")
    assert find().waits_for == ("s3_exports: not loaded",)
    assert find(sources=("everflow", "redtrack")).is_complete
    assert find(sources=("s3_exports",)).waits_for == ("s3_exports: not loaded",)


def test_a_day_that_is_not_there_waits_for_all(project: Project, find: Find) -> None:
    everything = ("everflow", "redtrack", "s3_exports")
    assert find().waits_for == everything  # there is no mart
    put(project, "2025-12-17", "true, null, true, null")
    assert find().waits_for == everything
    assert find(day=date(2025, 12, 17)).is_complete


@pytest.mark.parametrize(
    ("now", "day"),
    [  # both changes of clocks of 2026: at 2:00 of the 8th of March, and of the 1st of November
        ("2026-03-08T04:59:59", "2026-03-06"),
        ("2026-03-08T05:00:00", "2026-03-07"),
        ("2026-03-09T03:59:59", "2026-03-07"),
        ("2026-03-09T04:00:00", "2026-03-08"),
        ("2026-11-01T03:59:59", "2026-10-30"),
        ("2026-11-01T04:00:00", "2026-10-31"),
        ("2026-11-02T04:59:59", "2026-10-31"),
        ("2026-11-02T05:00:00", "2026-11-01"),
    ],
)
def test_the_business_day_is_yesterday_in_new_york(now: str, day: str, find: Find) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert find(moment).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("now", "is_provisional"),
    [
        ("2026-03-08T13:59", False),  # 9:59 by the new clock
        ("2026-03-08T14:00", True),
        ("2026-11-01T14:59", False),
        ("2026-11-01T15:00", True),
    ],
)
def test_the_deadline_is_by_the_clients_clock(now: str, is_provisional: bool, find: Find) -> None:
    assert find(datetime.fromisoformat(now).replace(tzinfo=UTC)).is_provisional is is_provisional
