"""Windows: what is read next, and which days were over when they were read."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.windows import (
    RESTATED_DAYS,
    Window,
    closed_through,
    covered_through,
    next_window,
    settled_through,
)

NEW_YORK = "America/New_York"
START = date(2025, 12, 1)
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(days)
    return Window(start, start + timedelta(draw(st.integers(0, 60))))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(windows(), st.integers(1, 40))
def test_chunks_are_the_same_days_in_order(window: Window, size: int) -> None:
    chunks = list(window.chunks(size))
    read = [chunk.start + timedelta(i) for chunk in chunks for i in range(len(chunk))]
    assert read == [window.start + timedelta(i) for i in range(len(window))]
    assert all(len(chunk) <= size for chunk in chunks)


def test_a_window_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Window(date(2025, 12, 2), date(2025, 12, 1))


@pytest.mark.parametrize(
    ("read_at", "last"),
    [
        ("2025-12-19 07:59", date(2025, 12, 17)),  # 02:59 in New York: the 18th is not over
        ("2025-12-19 08:00", date(2025, 12, 18)),  # 03:00
        ("2026-03-08 06:59", date(2026, 3, 6)),  # 01:59 EST, the night the clocks go forward
        ("2026-03-08 07:00", date(2026, 3, 7)),  # 03:00 EDT: there is no 02:00 that night
        ("2026-11-01 07:59", date(2026, 10, 30)),  # 02:59 EST, the night the clocks go back
        ("2026-11-01 08:00", date(2026, 10, 31)),
    ],
)
def test_a_day_is_over_at_the_sources_hour_of_the_next(read_at: str, last: date) -> None:
    window = Window(date(2025, 12, 1), date(2026, 12, 31))
    through = closed_through(window, read_at=at(read_at), timezone=NEW_YORK, closes_at=time(3))
    assert through == last


def test_no_day_is_over_in_a_window_of_today() -> None:
    today = Window(date(2025, 12, 18), date(2025, 12, 18))
    noon = at("2025-12-18 17:00")
    assert closed_through(today, read_at=noon, timezone=NEW_YORK, closes_at=time(3)) is None


def test_a_day_is_settled_when_it_was_read_after_its_restatements() -> None:
    window = Window(date(2025, 12, 1), date(2025, 12, 18))
    read_at = at("2026-01-10 12:00")
    assert settled_through(window, read_at=read_at, timezone=NEW_YORK) == date(2025, 12, 5)
    early = at("2026-01-05 12:00")
    assert settled_through(window, read_at=early, timezone=NEW_YORK) is None


@given(days, st.lists(windows(), max_size=8))
def test_covered_through_equals_a_count_day_by_day(start: date, read: list[Window]) -> None:
    day = start
    while any(day in window for window in read):
        day += timedelta(1)
    expected = day - timedelta(1) if day > start else None
    assert covered_through(start, read) == expected


def test_the_first_run_reads_from_the_start_date_to_yesterday() -> None:
    window = next_window(start_date=START, today=date(2026, 3, 1), covered=[])
    assert window == Window(START, date(2026, 2, 28))


def test_later_runs_read_the_restated_days() -> None:
    read = [Window(START, date(2026, 2, 27))]
    window = next_window(start_date=START, today=date(2026, 3, 1), covered=read)
    assert window == Window(date(2026, 1, 25), date(2026, 2, 28))
    assert window is not None
    assert len(window) == RESTATED_DAYS


def test_missed_nights_are_read_too() -> None:
    read = [Window(START, date(2025, 12, 20)), Window(date(2026, 2, 1), date(2026, 2, 28))]
    window = next_window(start_date=START, today=date(2026, 3, 1), covered=read)
    assert window == Window(date(2025, 12, 21), date(2026, 2, 28))


def test_a_client_that_starts_today_has_nothing_to_read() -> None:
    assert next_window(start_date=START, today=START, covered=[]) is None
