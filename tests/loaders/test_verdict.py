"""Is an answer believable?"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from loaders.verdict import judge

FIRST = date(2025, 12, 1)


def held(*weights: int) -> dict[date, Decimal]:
    return {FIRST + timedelta(i): Decimal(weight) for i, weight in enumerate(weights)}


def answered(*positions: int) -> set[date]:
    return {FIRST + timedelta(i) for i in positions}


@pytest.mark.parametrize(
    ("before", "now", "verdict", "emptied"),
    [
        (held(), answered(), "expected-empty", 0),
        (held(), answered(0, 1), "ok", 0),
        (held(5, 5), answered(0, 1), "ok", 0),
        (held(5, 5), answered(), "suspicious-empty", 2),
        (held(0), answered(), "expected-empty", 1),  # clicks without money
        (held(0, 0, 0), answered(), "suspicious-empty", 3),
        (held(1, 40, 60), answered(1, 2), "ok", 1),
        (held(1, 1, 40, 60), answered(2, 3), "ok", 2),
        (held(1, 1, 1, 400, 600), answered(3, 4), "suspicious-empty", 3),
        (held(19, 81), answered(1), "ok", 1),
        (held(20, 80), answered(1), "suspicious-empty", 1),
        (held(-20, 80), answered(1), "suspicious-empty", 1),  # a chargeback weighs, too
    ],
)
def test_verdicts(before: dict[date, Decimal], now: set[date], verdict: str, emptied: int) -> None:
    judgement = judge(before, now, weight="conversions", allow_empty=False)
    assert (judgement.verdict, len(judgement.emptied)) == (verdict, emptied)
    assert (judgement.reason is None) == (verdict != "suspicious-empty")


def test_the_user_may_believe_it() -> None:
    assert judge(held(5, 5), set(), weight="cost", allow_empty=True).verdict == "expected-empty"
    assert judge(held(5, 5), answered(1), weight="cost", allow_empty=True).verdict == "ok"


def test_the_reason_says_what_would_be_lost() -> None:
    reason = judge(held(20, 80), answered(1), weight="cost", allow_empty=False).reason
    assert reason is not None
    assert "2025-12-01" in reason
    assert "cost of 20" in reason
    assert "cost of 100" in reason
