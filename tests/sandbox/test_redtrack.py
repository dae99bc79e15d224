"""Redtrack's protocol: what it refuses, how it pages, types its numbers and limits."""

from decimal import Decimal

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox.ask import amount, ask_report, key, report


@pytest.mark.parametrize(
    ("changes", "status"),
    [
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
    assert status == 200 or isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("sortby", ["date,source,source_id", "date"])
def test_pages_shift_without_a_full_order(sandbox: Sandbox, sortby: str) -> None:
    whole = {key(row) for row in report(sandbox)}
    paged = [
        key(row)
        for page in range(1, 9)
        for row in report(sandbox, per=20, page=page, sortby=sortby)
    ]
    assert len(paged) == len(whole)
    assert (set(paged) == whole) == (sortby != "date")


def test_a_hundred_rows_a_page_if_nothing_is_said(sandbox: Sandbox) -> None:
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
    for row in rows:  # the cost of no source alone is unknown
        assert (row.get("cost") is None) == (row["source"] == "" and row["source_id"] == "")


def test_days_follow_the_time_zone(sandbox: Sandbox) -> None:
    wide: dict[str, object] = {"group": "date", "date_from": "2025-10-30", "date_to": "2026-01-02"}
    costs = {
        zone: [amount([row], "cost") for row in report(sandbox, timezone=zone, **wide)]
        for zone in ("America/New_York", "Pacific/Auckland", None)
    }
    assert costs[None] == costs["America/New_York"] != costs["Pacific/Auckland"]
    assert len({sum(days) for days in costs.values()}) == 1


def test_sources_are_listed_in_pages_deleted_ones_too(sandbox: Sandbox) -> None:
    url, asked = f"{sandbox.url('redtrack')}/sources", {"api_key": "sandbox-redtrack-713"}
    listed = requests.get(url, params=asked, timeout=10).json()
    assert {source["currency"] for source in listed} == {"USD"}
    assert [s["status"] for s in listed if s["title"] == "Facebook CCW"] == [1, 3]
    page = requests.get(url, params=asked | {"per": "3", "page": "2"}, timeout=10).json()
    assert page == listed[3:6]


@pytest.mark.parametrize(("limit", "wait"), [("minute", "15"), ("second", "1")])
def test_reports_are_limited(sandbox: Sandbox, limit: str, wait: str) -> None:
    sandbox.redtrack.limits[limit].limit = 2
    sandbox.redtrack.clock = lambda: 600.0 + 45
    answers = [ask_report(sandbox, group="date") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == wait
    if limit == "minute":
        assert answers[0].headers["X-Ratelimit-Remaining-Minute"] == "1"
        sandbox.redtrack.clock = lambda: 660.0
        assert ask_report(sandbox, group="date").status_code == 200
