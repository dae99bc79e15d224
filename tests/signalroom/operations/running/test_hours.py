"""The running day, hour by hour, beside yesterday and the same weekday."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from signalroom.operations.running.hours import compare, take
from signalroom.operations.running.step import Context
from tests.support import Project, on_both_targets

NOON = datetime(2025, 12, 18, 17, 5, tzinfo=UTC)  # in New York
Book = Callable[[str, int, int], None]


@pytest.fixture
def book(project: Project) -> Book:
    """Put into the mart what a day has come to."""
    project.execute(
        "create schema marts",
        "create table marts.daily_summary (client_id text, report_date date, advertiser_id bigint, "
        "advertiser_label text, conversions bigint, revenue decimal(18, 4), spend decimal(18, 4))",
    )

    def put(day: str, conversions: int, spend: int) -> None:
        project.execute(
            f"delete from marts.daily_summary where report_date = '{day}'",
            f"insert into marts.daily_summary values "
            f"('713', date '{day}', 1, 'CCW', {conversions}, {conversions * 40}, {spend})",
        )

    return put


@on_both_targets
def test_today_is_compared_with_other_days_at_the_same_hour(book: Book, context: Context) -> None:
    warehouse, (client,) = context.warehouse, context.clients
    for day, conversions, spend in ((11, 80, 0), (17, 50, 2000), (18, 60, 1000)):
        book(f"2025-12-{day}", conversions, spend)
        assert take(warehouse, client, NOON.replace(day=day)) == 1
    book("2025-12-17", 200, 9000)  # what became of yesterday since
    take(warehouse, client, NOON.replace(day=17, hour=22))
    part = compare(warehouse, client, NOON.replace(minute=50))
    assert part.title == "Client 713 today in the hour from 12:00, and other days in it"
    assert [tuple(row) for row in part.rows] == [
        ("CCW", "conversions", 60, 50, 80, Decimal("0.2"), Decimal("-0.25")),
        ("CCW", "revenue", 2400, 2000, 3200, Decimal("0.2"), Decimal("-0.25")),
        ("CCW", "spend", 1000, 2000, 0, Decimal("-0.5"), None),
    ]


@on_both_targets
def test_an_hour_is_kept_once(book: Book, context: Context, project: Project) -> None:
    warehouse, (client,) = context.warehouse, context.clients
    for minute, conversions in ((5, 60), (55, 66)):
        book("2025-12-18", conversions, 1000)
        take(warehouse, client, NOON.replace(minute=minute))
    assert project.query("select day, hour, conversions from ops.hourly_snapshots") == [
        (date(2025, 12, 18), 12, 66)
    ]


def test_the_first_day_has_nothing_beside_it(book: Book, context: Context) -> None:
    warehouse, (client,) = context.warehouse, context.clients
    assert take(warehouse, client, NOON) == 0
    assert compare(warehouse, client, NOON).rows == []
    book("2025-12-18", 60, 1000)
    take(warehouse, client, NOON)
    assert compare(warehouse, client, NOON).rows[0][2:] == (60, None, None, None, None)


def test_hours_and_days_are_the_clients(book: Book, context: Context, project: Project) -> None:
    warehouse, (client,) = context.warehouse, context.clients
    client = replace(client, timezone="America/New_York")
    for moment in ("2026-03-08T06:30", "2026-03-08T07:30", "2026-11-01T05:30", "2026-11-01T06:30"):
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        book(moment[:10], 1, 1)
        take(warehouse, client, now)
    hours = project.query("select day, hour, taken_at from ops.hourly_snapshots order by taken_at")
    assert [(day, hour) for day, hour, _ in hours] == [
        (date(2026, 3, 8), 1),  # then it is three
        (date(2026, 3, 8), 3),
        (date(2026, 11, 1), 1),  # of two hours from one on, the second
    ]
    assert hours[-1][2] == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
