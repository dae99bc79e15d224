"""A period is the days that its text means; a text that means none, or two things, is told."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.music.codes import isrc, upc
from loaders.music.periods import day, period


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("JUN-26", "2026-06-01 2026-06-30"),
        ("Sept 2026", "2026-09-01 2026-09-30"),
        ("2026M06", "2026-06-01 2026-06-30"),
        ("202602", "2026-02-01 2026-02-28"),
        ("06/2026", "2026-06-01 2026-06-30"),
        ("2026-Q1", "2026-01-01 2026-03-31"),
        ("Q4 2026", "2026-10-01 2026-12-31"),
        ("2026", "2026-01-01 2026-12-31"),
        ("2026-06-15", "2026-06-15 2026-06-15"),
        ("May-June 2026", "2026-05-01 2026-06-30"),
        ("MAY/JUN-26", "2026-05-01 2026-06-30"),
        ("2026-05 - 2026-06", "2026-05-01 2026-06-30"),
        ("2026-05/2026-06", "2026-05-01 2026-06-30"),
        ("Dec 2025 to Jan 2026", "2025-12-01 2026-01-31"),
    ],
)
def test_what_a_text_means(text: str, days: str) -> None:
    assert " ".join(map(str, period(text))) == days


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13", "JUNK-26", "26", "2026-Q5", "2026-06 - 2026-05", "1 to 2 to 3"]
)
def test_what_means_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a period|ends before it begins"):
        period(text)


def test_a_day_of_two_readings_is_none() -> None:
    with pytest.raises(ValueError, match="may begin with the day or the month"):
        period("06/05/2026")
    assert day("06/25/2026") == date(2026, 6, 25)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_month_is_the_same_in_every_spelling(one: date) -> None:
    forms = ("%b-%y", "%B %Y", "%Y-%m", "%YM%m", "%m/%Y", "%Y%m")
    start = one.replace(day=1)
    end = (start + timedelta(31)).replace(day=1) - timedelta(1)
    assert {period(one.strftime(form)) for form in forms} == {(start, end)}
    assert period(one.isoformat(), is_month=True) == (start, end)
    assert period(one.isoformat()) == (one, one)


def test_codes_have_one_spelling() -> None:
    assert isrc(" qz-mde-26-00001 ") == isrc("ISRC QZMDE2600001") == "QZMDE2600001"
    assert upc("12345678905") == upc("0 12345 67890 5") == "012345678905"
    for read, text in ((isrc, "QZ-MADE"), (upc, "8.6E+11")):
        with pytest.raises(ValueError, match="is not a"):
            read(text)
