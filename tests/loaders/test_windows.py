"""Windows: what is read next, and which days were over when they were read."""

from dataclasses import replace
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


def test_a_window_is_whole_days_of_its_zone() -> None:
    """The 8th of March 2026 has 23 hours in New York."""
    day = Window(date(2026, 3, 8), date(2026, 3, 8), NEW_YORK)
    assert (day.since, day.until) == (at("2026-03-08 05:00"), at("2026-03-09 04:00"))
    assert (Window().since, Window().until) == (None, None)
    said = (Window(), Window(START), Window(START, START))
    assert [*map(str, said)] == ["in full", f"since {START}", f"{START}..{START}"]


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
    window = Window(date(2025, 12, 1), date(2026, 12, 31), NEW_YORK)
    through = closed_through(window, at(read_at), time(3))
    assert through == last


def test_no_day_is_over_in_a_window_of_today() -> None:
    today = Window(date(2025, 12, 18), date(2025, 12, 18), NEW_YORK)
    noon = at("2025-12-18 17:00")
    assert closed_through(today, noon, time(3)) is None


def test_a_day_is_settled_when_it_was_read_after_its_restatements() -> None:
    window = Window(date(2025, 12, 1), date(2025, 12, 18), NEW_YORK)
    read_at = at("2026-01-10 12:00")
    assert settled_through(window, read_at) == date(2025, 12, 6)
    early = at("2026-01-04 12:00")
    assert settled_through(window, early) is None


def test_nightly_runs_settle_every_day_on_its_last_usual_read() -> None:
    settled: set[date] = set()
    covered: set[date] = set()
    for night in range(1, 120):
        read_at = at("2025-12-01 12:00") + timedelta(night)
        today = date(2025, 12, 1) + timedelta(night)
        window = next_window(start_date=START, end=today - timedelta(1), covered=covered)
        assert window is not None
        assert len(window) <= RESTATED_DAYS
        covered |= set(window.days())
        through = settled_through(replace(window, timezone=NEW_YORK), read_at)
        settled |= {day for day in window.days() if through and day <= through}
    last = date(2025, 12, 1) + timedelta(119 - RESTATED_DAYS)
    assert settled == set(Window(START, last).days())


@given(days, st.lists(windows(), max_size=8))
def test_covered_through_is_the_end_of_the_first_unbroken_stretch(
    start: date, read: list[Window]
) -> None:
    covered = {day for window in read for day in window.days()}
    through = covered_through(start, covered)
    if through is None:
        assert start not in covered
    else:
        assert set(Window(start, through).days()) <= covered
        assert through + timedelta(1) not in covered


def read(*stretches: tuple[date, date]) -> set[date]:
    return {day for stretch in stretches for day in Window(*stretch).days()}


def test_the_first_run_reads_from_the_start_date() -> None:
    window = next_window(start_date=START, end=date(2026, 2, 28), covered=set())
    assert window == Window(START, date(2026, 2, 28))


def test_later_runs_read_the_restated_days() -> None:
    covered = read((START, date(2026, 2, 27)))
    window = next_window(start_date=START, end=date(2026, 2, 28), covered=covered)
    assert window == Window(date(2026, 1, 25), date(2026, 2, 28))
    assert window is not None
    assert len(window) == RESTATED_DAYS


def test_missed_nights_are_read_too() -> None:
    covered = read((START, date(2025, 12, 20)), (date(2026, 2, 1), date(2026, 2, 28)))
    window = next_window(start_date=START, end=date(2026, 2, 28), covered=covered)
    assert window == Window(date(2025, 12, 21), date(2026, 2, 28))


def test_a_client_that_starts_later_has_nothing_to_read() -> None:
    assert next_window(start_date=START, end=date(2025, 11, 30), covered=set()) is None
