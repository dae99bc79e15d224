"""The past changes between two calls, and only there."""

from decimal import Decimal

import pytest

from sandbox.server import Sandbox
from tests.sandbox.ask import FACEBOOK, amount, ids, report, summary, table, total

G2_CCW = {"affiliate_id": "1", "advertiser_id": "1"}
DAY = "2025-12-05"


def row_of(sandbox: Sandbox, affiliate: str = "1") -> list[dict[str, object]]:
    rows = table(sandbox, **{"from": DAY, "to": DAY})
    wanted = {"affiliate": affiliate, "advertiser": "1"}
    return [row["reporting"] for row in rows if wanted.items() <= ids(row).items()]


def test_add_corrects_a_row_and_the_summary_or_makes_a_late_row(sandbox: Sandbox) -> None:
    before = total(table(sandbox), "payout")
    sandbox.everflow.restate("add", date=DAY, cv=-2, payout="-54.05", **G2_CCW)
    assert total(table(sandbox), "payout") == before - Decimal("54.05")
    assert summary(sandbox)["cv"] == 4593
    sandbox.everflow.restate("add", date=DAY, cv=1, revenue=40, **G2_CCW | {"affiliate_id": "999"})
    (late,) = row_of(sandbox, "999")
    assert (late["cv"], late["revenue"], late["payout"]) == (1, 40, 0)
    sandbox.everflow.reset()
    assert total(table(sandbox), "payout") == before


def test_set_replaces_metrics_and_keeps_the_others(sandbox: Sandbox) -> None:
    (before,) = row_of(sandbox)
    sandbox.everflow.restate("set", date=DAY, cv=3, payout=81.5, **G2_CCW)
    (after,) = row_of(sandbox)
    assert (after["cv"], after["payout"]) == (3, 81.5)
    assert after["total_click"] == before["total_click"]


def test_remove_takes_a_row_or_a_day_of_one_account(sandbox: Sandbox) -> None:
    sandbox.everflow.restate("remove", date=DAY, account="cti")
    assert summary(sandbox)["cv"] == 4595
    sandbox.everflow.restate("remove", date=DAY, **G2_CCW)
    assert row_of(sandbox) == []
    assert row_of(sandbox, "5")
    sandbox.everflow.restate("remove", date=DAY)
    assert table(sandbox, **{"from": DAY, "to": DAY}) == []


def test_a_cost_moves_or_comes_alone(sandbox: Sandbox) -> None:
    google = "62b29551c6880d00014d8c73"
    for source, day, cost in ((FACEBOOK, DAY, "12.34"), (google, "2025-12-07", "7")):
        sandbox.redtrack.restate("set", date=day, source_id=source, cost=cost)
        rows = report(sandbox, date_from=day, date_to=day)
        (row,) = (row for row in rows if row["source_id"] == source)
        assert amount([row], "cost") == Decimal(cost)
        assert (amount([row], "clicks") == 0) == (source == google), "it had no row that day"


@pytest.mark.parametrize(
    ("verb", "row"),
    [
        ("change", {"cost": 1, "source_id": FACEBOOK}),
        ("set", {"price": 1, "source_id": FACEBOOK}),
        ("set", {"cost": 1}),
        ("add", {"cost": 1, "source_id": "new"}),
        ("remove", {"account": "nobody"}),
    ],
)
def test_a_wrong_restatement_is_refused(
    sandbox: Sandbox, verb: str, row: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"there are|metric|name the row"):
        sandbox.redtrack.restate(verb, date=DAY, **row)
