"""Redtrack's protocol: what it refuses, how it pages, types its numbers and limits."""

from decimal import Decimal
from itertools import chain

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox.ask import FACEBOOK, Rows, amount, ask_report, key, pages, report


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"api_key": None}, 401),
        ({"api_key": "sandbox-everflow-713"}, 401),
        ({"group": None}, 400),
        ({"date_from": None}, 400),
        ({"date_to": "18.12.2025"}, 400),
        ({"timezone": "Mars/Olympus"}, 400),
        ({"page": "0"}, 400),
        ({"sortby": "date,source,cost,clicks"}, 400),
        ({"group": "date,colour"}, 500),
        ({"tz": "UTC", "limit": "1", "group_by": "date"}, 200),
    ],
    ids=str,
)
def test_refusals(sandbox: Sandbox, changes: dict[str, object], status: int) -> None:
    answer = ask_report(sandbox, **changes)
    assert answer.status_code == status
    if status != 200:
        assert isinstance(answer.json()["error"], str)


def test_pages_with_a_full_order_hold_every_row_once(sandbox: Sandbox) -> None:
    whole = report(sandbox)
    paged = list(chain.from_iterable(pages(sandbox, per=17)))
    assert [key(row) for row in paged] == [key(row) for row in whole]
    assert len({key(row) for row in whole}) == len(whole)


@pytest.mark.parametrize("sortby", [None, "date"])
def test_pages_without_a_full_order_shift(sandbox: Sandbox, sortby: str | None) -> None:
    whole = {key(row) for row in report(sandbox)}
    paged = [key(row) for row in chain.from_iterable(pages(sandbox, per=17, sortby=sortby))]
    assert len(paged) == len(whole)
    assert set(paged) < whole


def test_sort_by_a_number_downwards(sandbox: Sandbox) -> None:
    rows = report(sandbox, sortby="clicks", direction="desc")
    clicks = [int(amount([row], "clicks")) for row in rows]
    assert clicks == sorted(clicks, reverse=True)


def test_per_is_capped_without_a_word(sandbox: Sandbox) -> None:
    hours = {"group": "date,source,hour_of_day"}
    assert len(report(sandbox, per=5000, **hours)) == 1000
    assert len(report(sandbox, per=None)) == 100


def test_total_changes_the_shape(sandbox: Sandbox) -> None:
    envelope = ask_report(sandbox, total="true", per=5).json()
    assert len(envelope["items"]) == 5
    assert Decimal(str(envelope["total"]["cost"])) == amount(report(sandbox), "cost")


def test_numbers_are_typed_in_every_way(sandbox: Sandbox) -> None:
    rows = report(sandbox)
    assert {type(row["cost"]) for row in rows if "cost" in row} == {str, int, float}
    assert {type(row.get("conversions", ...)) for row in rows} == {
        str, int, float, type(None), type(...),
    }  # fmt: skip
    assert len({tuple(row) for row in rows}) > 10, "the keys differ from row to row"


def test_only_the_cost_of_no_source_is_unknown(sandbox: Sandbox) -> None:
    for row in report(sandbox):
        assert (row.get("cost") is None) == (row["source"] == "" and row["source_id"] == "")


def test_days_follow_the_time_zone(sandbox: Sandbox) -> None:
    wide: dict[str, object] = {"group": "date", "date_from": "2025-10-30", "date_to": "2026-01-02"}
    by_zone: dict[str | None, Rows] = {
        zone: report(sandbox, timezone=zone, **wide)
        for zone in ("America/New_York", "Pacific/Auckland", None)
    }
    costs = {zone: [amount([row], "cost") for row in rows] for zone, rows in by_zone.items()}
    assert costs[None] == costs["America/New_York"] != costs["Pacific/Auckland"]
    assert len({sum(days) for days in costs.values()}) == 1


def test_sources_are_filtered_by_id(sandbox: Sandbox) -> None:
    two = f"{FACEBOOK},62b29551c6880d00014d8c73"
    assert {row["source_id"] for row in report(sandbox, source_id=two)} == set(two.split(","))
    assert report(sandbox, source_id="Facebook CCW") == []


def test_groups_nobody_filled_are_blank(sandbox: Sandbox) -> None:
    rows = report(sandbox, group="campaign,sub1")
    assert [(row["campaign"], row["campaign_id"], row["sub1"]) for row in rows] == [("", "", "")]


def test_sources_list(sandbox: Sandbox) -> None:
    url, key_ = f"{sandbox.url('redtrack')}/sources", {"api_key": "sandbox-redtrack-713"}
    listed = requests.get(url, params=key_, timeout=10).json()
    assert {source["currency"] for source in listed} == {"USD"}
    assert [s["status"] for s in listed if s["title"] == "Facebook CCW"] == [1, 3]
    page = {**key_, "per": "3", "page": "2", "total_stat": "true"}
    assert len(requests.get(url, params=page, timeout=10).json()["items"]) == 3
    one = {**key_, "ids": FACEBOOK}
    assert len(requests.get(url, params=one, timeout=10).json()) == 1


def test_twenty_a_calendar_minute(sandbox: Sandbox) -> None:
    sandbox.redtrack.limits["minute"].limit = 20
    sandbox.redtrack.clock = lambda: 600.0 + 45
    answers = [ask_report(sandbox, group="date") for _ in range(21)]
    assert [a.status_code for a in answers] == [200] * 20 + [429]
    assert answers[0].headers["X-Ratelimit-Remaining-Minute"] == "19"
    assert answers[-1].headers["Retry-After"] == "15"
    sandbox.redtrack.clock = lambda: 660.0
    assert ask_report(sandbox, group="date").status_code == 200


def test_two_a_second(sandbox: Sandbox) -> None:
    sandbox.redtrack.limits["second"].limit = 2
    sandbox.redtrack.clock = lambda: 600.5
    answers = [ask_report(sandbox, group="date") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "1"
