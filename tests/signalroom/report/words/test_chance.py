"""What chance explains, against the same test in exact fractions."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signalroom.report.words.chance import is_chance


def exactly(today: int, before: int, days: int) -> Fraction:
    """The two-sided p-value: all splits of the same sum that are no likelier than this one."""
    total, share = today + before, Fraction(1, 1 + days)
    chances = [
        comb(total, count) * share**count * (1 - share) ** (total - count)
        for count in range(total + 1)
    ]
    return sum((chance for chance in chances if chance <= chances[today]), Fraction(0))


@given(st.integers(0, 60), st.integers(0, 200), st.integers(1, 28))
@example(13, 35, 7)  # 13 after a usual 5
@example(10, 10, 1)  # both tails are as likely
def test_it_is_the_exact_test(today: int, before: int, days: int) -> None:
    assert is_chance(today, before, days=days) == (exactly(today, before, days) >= Fraction(1, 20))


@pytest.mark.parametrize(
    ("today", "before", "days", "chance"),
    [
        (0, 0, 7, True),
        (1, 0, 7, True),  # p = 0.125
        (0, 20, 7, True),  # a usual 3, and none: p = 0.07
        (0, 28, 7, False),  # a usual 4
        (13, 140, 28, False),  # p = 0.003
        (269, 2010, 7, True),
        (198, 1730, 7, False),
        (5, -1, 7, False),
    ],
)
def test_counts_that_people_see(today: int, before: int, days: int, chance: bool) -> None:
    assert is_chance(today, before, days=days) is chance
