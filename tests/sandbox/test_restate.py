"""The past changes between two calls, and only there."""

from decimal import Decimal

import pytest

from sandbox.server import Sandbox
from tests.sandbox.ask import FACEBOOK, amount, ids, local_day, report, summary, table, total

G2_CCW = {"affiliate_id": "1", "advertiser_id": "1"}


def day_of(sandbox: Sandbox, day: str, affiliate: str, advertiser: str) -> list[dict[str, object]]:
    return [
        row["reporting"]
        for row in table(sandbox, **{"from": day, "to": day})
        if (ids(row)["affiliate"], ids(row)["advertiser"]) == (affiliate, advertiser)
    ]


def test_add_corrects_a_row_and_the_summary(sandbox: Sandbox) -> None:
    before = total(table(sandbox), "payout")
    sandbox.everflow.restate("add", date="2025-12-05", cv=-2, payout="-54.05", **G2_CCW)
    assert total(table(sandbox), "payout") == before - Decimal("54.05")
    assert summary(sandbox)["cv"] == 4593
    sandbox.everflow.reset()
    assert total(table(sandbox), "payout") == before


def test_add_makes_a_late_row(sandbox: Sandbox) -> None:
    late = {"affiliate_id": "999", "advertiser_id": "1"}
    sandbox.everflow.restate("add", date="2025-12-05", cv=1, revenue=40, **late)
    (row,) = day_of(sandbox, "2025-12-05", "999", "1")
    assert (row["cv"], row["revenue"], row["payout"]) == (1, 40, 0)


def test_set_replaces_metrics_and_keeps_the_others(sandbox: Sandbox) -> None:
    (before,) = day_of(sandbox, "2025-12-05", "1", "1")
    sandbox.everflow.restate("set", date="2025-12-05", cv=3, payout=81.5, **G2_CCW)
    (after,) = day_of(sandbox, "2025-12-05", "1", "1")
    assert (after["cv"], after["payout"]) == (3, 81.5)
    assert after["total_click"] == before["total_click"]


def test_remove_takes_a_row_or_a_day(sandbox: Sandbox) -> None:
    sandbox.everflow.restate("remove", date="2025-12-05", **G2_CCW)
    assert day_of(sandbox, "2025-12-05", "1", "1") == []
    assert len(day_of(sandbox, "2025-12-06", "1", "1")) == 1
    sandbox.everflow.restate("remove", date="2025-12-07")
    days = {local_day(ids(row)["date"], "America/New_York") for row in table(sandbox)}
    assert "2025-12-07" not in days
    assert len(days) == 17


@pytest.mark.parametrize("cost", [0, 12.34, 5000])
def test_a_cost_moves_and_the_cache_does_not_know(sandbox: Sandbox, cost: float) -> None:
    before = amount(report(sandbox), "cost")
    sandbox.redtrack.restate("set", date="2025-12-05", source_id=FACEBOOK, cost=cost)
    rows = [r for r in report(sandbox, source_id=FACEBOOK) if r["date"] == "2025-12-05"]
    assert amount(rows, "cost") == Decimal(str(cost))
    assert amount(report(sandbox, tracks_view="true"), "cost") == before


def test_a_cost_only_row_appears(sandbox: Sandbox) -> None:
    google = "62b29551c6880d00014d8c73"
    sandbox.redtrack.restate("set", date="2025-12-07", source_id=google, cost=7)
    (row,) = [r for r in report(sandbox, source_id=google) if r["date"] == "2025-12-07"]
    assert amount([row], "cost") == 7
    assert amount([row], "clicks") == 0


@pytest.mark.parametrize(
    ("verb", "row"),
    [
        ("change", {"cost": 1, "source_id": FACEBOOK}),
        ("set", {"price": 1, "source_id": FACEBOOK}),
        ("set", {"cost": 1}),
        ("add", {"cost": 1, "source_id": "new"}),
    ],
)
def test_a_wrong_restatement_is_refused(
    sandbox: Sandbox, verb: str, row: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"there are|metric|name the row"):
        sandbox.redtrack.restate(verb, date="2025-12-05", account="713", **row)


def test_accounts_are_restated_apart(sandbox: Sandbox) -> None:
    before = summary(sandbox)
    sandbox.everflow.restate("remove", date="2025-12-05", account="cti")
    assert summary(sandbox) == before
