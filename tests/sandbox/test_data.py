"""What the made data adds up to, and that it holds the oddities the loaders must survive."""

from collections import Counter
from decimal import Decimal

from sandbox.server import Sandbox
from tests.sandbox.ask import (
    FACEBOOK,
    amount,
    ids,
    key,
    labels,
    local_day,
    report,
    summary,
    table,
    total,
)


def test_every_day_of_december_has_the_same_affiliates(sandbox: Sandbox) -> None:
    ccw = [ids(row) for row in table(sandbox) if labels(row)["advertiser"] == "CCW"]
    assert set(Counter(row["date"] for row in ccw).values()) == {21}
    assert set(Counter(row["affiliate"] for row in ccw).values()) == {18}


def test_another_time_zone_moves_days_but_no_money(sandbox: Sandbox) -> None:
    wide = {"from": "2025-10-30", "to": "2026-01-03"}
    new_york = table(sandbox, "date", **wide)
    auckland = table(sandbox, "date", timezone_id=5, **wide)
    assert total(new_york, "revenue") == total(auckland, "revenue")
    by_day = [
        {local_day(ids(row)["date"], zone): row["reporting"]["cv"] for row in rows}
        for rows, zone in ((new_york, "America/New_York"), (auckland, "Pacific/Auckland"))
    ]
    assert by_day[0]["2025-12-05"] != by_day[1]["2025-12-05"]


def test_the_day_the_clocks_change_has_25_hours(sandbox: Sandbox) -> None:
    rows = table(sandbox, "date", **{"from": "2025-11-01", "to": "2025-11-03"})
    first, second, third = sorted(int(ids(row)["date"]) for row in rows)
    assert (second - first, third - second) == (86_400, 90_000)


def test_the_network_has_its_oddities(sandbox: Sandbox) -> None:
    rows = table(sandbox)
    assert any(row["reporting"]["revenue"] < 0 for row in rows), "an adjustment"
    assert any(round(row["reporting"]["revenue"], 4) != row["reporting"]["revenue"] for row in rows)
    blank = [row for row in rows if ids(row)["affiliate"] == "0"]
    assert {labels(row)["affiliate"] for row in blank} == {"N/A"}
    assert total(blank, "revenue") > 1000
    names = {ids(row)["affiliate"]: labels(row)["affiliate"] for row in rows}
    assert names["42"] == names["71"]
    sold = {(ids(row)["affiliate"], ids(row)["advertiser"]) for row in rows}
    assert {("1", "1"), ("1", "2"), ("5", "1"), ("5", "2")} <= sold


def test_the_tracker_has_its_oddities(sandbox: Sandbox) -> None:
    rows = report(sandbox)
    seen = {key(row) for row in rows}
    sources = {k[1:] for k in seen}
    assert ("", "") in sources, "traffic of no known source"
    assert ("", "Direct (sandbox)") in sources, "a title without an id"
    assert ("ffff0000ffff0000ffff0000", "Test Campaigns (sandbox)") in sources
    assert len([s for s in sources if s[1] == "Facebook CCW"]) == 2
    taboola = {row["date"]: row for row in rows if row["source"] == "Taboola CCW (sandbox)"}
    assert "2025-12-11" not in taboola, "a mapped source without a row"
    first_costs = [amount([taboola[f"2025-12-0{day}"]], "cost") for day in (1, 2, 3, 4)]
    assert [cost > 0 for cost in first_costs] == [False, False, False, True]
    tiktok = [row for row in rows if row["source"] == "TikTok EXP (sandbox)"]
    assert amount(tiktok, "cost") > 0
    assert amount(tiktok, "conversions") == 0


def test_the_tracker_counts_much_what_the_network_counts(sandbox: Sandbox) -> None:
    bought = [row for row in report(sandbox) if row.get("source_id") == FACEBOOK]
    sold = [r for r in table(sandbox) if (ids(r)["affiliate"], ids(r)["advertiser"]) == ("1", "1")]
    for tracker, network in (("clicks", "total_click"), ("conversions", "cv")):
        assert Decimal("0.5") < amount(bought, tracker) / total(sold, network) < Decimal("0.75")


def test_the_second_client_is_another_world(sandbox: Sandbox) -> None:
    from_key = {"api_key": "sandbox-redtrack-cti"}
    assert {row["source"] for row in report(sandbox, **from_key)} == {"Facebook CTI (sandbox)"}


def test_the_summary_is_the_sum_of_the_rows(sandbox: Sandbox) -> None:
    rows, said = table(sandbox), summary(sandbox)
    for metric in ("cv", "total_click", "gross_click", "event", "payout", "revenue", "profit"):
        assert total(rows, metric) == Decimal(str(said[metric]))
