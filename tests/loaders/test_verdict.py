"""Is an answer believable?"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from loaders.verify import judge_days

FIRST = date(2025, 12, 1)


def held(*weights: int) -> dict[date, dict[str, Decimal]]:
    return {
        FIRST + timedelta(i): {"conversions": Decimal(weight), "payout": Decimal(0)}
        for i, weight in enumerate(weights)
    }


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
    ],
)
def test_verdicts(
    before: dict[date, dict[str, Decimal]], now: set[date], verdict: str, emptied: int
) -> None:
    judgement = judge_days(before, now, allow_empty=False)
    assert (judgement.verdict, len(judgement.emptied)) == (verdict, emptied)
    assert (judgement.reason is None) == (verdict != "suspicious-empty")


def test_the_user_may_believe_it() -> None:
    assert judge_days(held(5, 5), set(), allow_empty=True).verdict == "expected-empty"
    assert judge_days(held(5, 5), answered(1), allow_empty=True).verdict == "ok"


def test_money_without_conversions_is_money() -> None:
    money = {FIRST: {"conversions": Decimal(0), "payout": Decimal(500)}}
    assert judge_days(money, set(), allow_empty=False).verdict == "suspicious-empty"


def test_the_reason_says_what_would_be_lost() -> None:
    reason = judge_days(held(20, 80), answered(1), allow_empty=False).reason
    assert reason is not None
    assert "2025-12-01" in reason
    assert "conversions 20 of 100" in reason
