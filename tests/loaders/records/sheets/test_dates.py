"""What a cell means as a date or a month: the day that people meant, or a reason why it is none."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.sheets.cells import MONTHS, Cell, typed_date, value_of
from loaders.sheets.sheet import SheetType
from sandbox.google_sheets.cells import serial

DAYS = st.dates(min_value=date(1900, 3, 1), max_value=date(2199, 12, 31))


def meant(value: Any, kind: SheetType, format: str = "") -> Any:
    return value_of(Cell(value, str(value), format), kind, "USD")


@given(st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31)))  # noqa: DTZ001
def test_a_serial_number_is_its_day(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert meant(serial(moment), "date", "DATE_TIME") == moment.date()
    assert meant(serial(moment.date()), "date", "DATE") == moment.date()
    assert meant(serial(moment), "month", "DATE") == moment.date().replace(day=1)


def test_midnight_that_a_formula_misses_by_a_hair() -> None:
    assert meant(serial(date(2025, 12, 1)) - 1e-9, "date", "DATE") == date(2025, 12, 1)


@given(DAYS, st.sampled_from(["", " 8:30", "T08:30:00", " 8:30 PM"]))
def test_a_typed_date_that_can_mean_one_day_only(day: date, time: str) -> None:
    name = MONTHS[day.month - 1].title()
    for text in (
        f"{day}",
        f"{day:%Y/%m/%d}",
        f"{name} {day.day}, {day.year}",
        f"{day.day} {name[:3]} {day.year}",
        f"{day.day:02}-{name[:3]}-{day.year}",
        f"{name[:3]}. {day.day} {day.year}",
    ):
        assert typed_date(f"{text}{time}") == day


@pytest.mark.parametrize(
    "midnight", ["T00:00:00Z", "T00:00:00.000Z", "T00:00:00+00:00", " 00:00:00 UTC", "T00:00-05:00"]
)
def test_a_day_as_programs_write_it(midnight: str) -> None:
    assert meant(f"2025-12-01{midnight}", "date") == date(2025, 12, 1)
    assert meant(f"2025-12-01{midnight}", "month") == date(2025, 12, 1)


@pytest.mark.parametrize("moment", ["T23:30:00Z", "T08:30+00:00", "T00:00:00+02:00", "T00:30-0500"])
def test_a_moment_may_be_of_another_day_elsewhere(moment: str) -> None:
    with pytest.raises(ValueError, match="is a moment, of another day elsewhere; type the day"):
        meant(f"2025-12-01{moment}", "date")


@given(DAYS, st.sampled_from(["/", "-", "."]))
def test_a_typed_date_is_refused_where_the_day_may_be_the_month(day: date, mark: str) -> None:
    for first, second in ((day.month, day.day), (day.day, day.month)):
        text = f"{first}{mark}{second}{mark}{day.year}"
        if day.day <= 12 and day.day != day.month:
            with pytest.raises(ValueError, match="may begin with the day or the month"):
                typed_date(text)
        else:
            assert typed_date(text) == day


@given(DAYS)
def test_a_month_is_its_first_day(day: date) -> None:
    name, first = MONTHS[day.month - 1], day.replace(day=1)
    for text in (
        f"{day:%Y-%m}", f"{day.month}/{day.year}", f"{name} {day.year}",
        f"{name[:3].upper()} {day.year}", f"{name[:3]}-{day.year}", f"{day}",
    ):  # fmt: skip
        assert meant(text, "month") == first


@pytest.mark.parametrize(
    ("value", "format"),
    [
        (45_995, ""), (45_995, "NUMBER"), (0.5, "TIME"), (True, ""), (1e300, "DATE"),
        (-1e300, "DATE"), ("n/a", ""), ("2025-02-30", ""), ("2025-12", ""), ("Dec 2025", ""),
        ("12/5/25", ""), ("Foo 5, 2025", ""), ("5 M 2025", ""), ("13/13/2025", ""),
        ("2025-12/05", ""), ("tomorrow", ""), ("20251205", ""), ("0000-01-01", ""),
    ],
)  # fmt: skip
def test_what_is_no_date(value: Any, format: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        meant(value, "date", format)
