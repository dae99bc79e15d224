"""Everflow's protocol: what it refuses, how it filters, converts, names days and limits."""

import pytest

from sandbox.server import Sandbox
from tests.sandbox.ask import ask_table, everflow, ids, labels, local_day, table


def only(kind: str, *values: object) -> dict[str, object]:
    return {"filters": [{"resource_type": kind, "filter_id_value": value} for value in values]}


@pytest.mark.parametrize(
    "changes",
    [
        {"timezone_id": None},
        {"timezone_id": 4711},
        {"currency_id": "XXX"},
        {"columns": None},
        {"columns": []},
        {"columns": [{"column": "date"}] * 2},
        {"columns": [{"column": "colour"}]},
        {"from": None},
        {"from": "12/01/2025"},
        {"from": "2025-12-19"},
        {"from": "2024-12-01"},
        {"query": only("advertiser", 1)},
        {"query": only("colour", "1")},
    ],
    ids=str,
)
def test_wrong_requests_are_refused(sandbox: Sandbox, changes: dict[str, object]) -> None:
    answer = ask_table(sandbox, **changes)
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("key", [None, "sandbox-redtrack-713"])
def test_a_key_is_needed(sandbox: Sandbox, key: str | None) -> None:
    assert everflow(sandbox, "networks", key=key).status_code == 401


def test_filters_are_any_of_a_type_and_all_of_the_types(sandbox: Sandbox) -> None:
    both = only("affiliate", "1", "5")["filters"] + only("advertiser", "2")["filters"]  # type: ignore[operator]
    rows = table(sandbox, query={"filters": both})
    assert {(ids(r)["affiliate"], ids(r)["advertiser"]) for r in rows} == {("1", "2"), ("5", "2")}


def test_dates_are_text_of_the_midnight_asked_for(sandbox: Sandbox) -> None:
    for number, zone in ((80, "America/New_York"), (12, "Australia/Sydney"), (67, "UTC")):
        row = table(sandbox, "date", timezone_id=number)[0]
        assert isinstance(ids(row)["date"], str)
        assert ids(row) == labels(row)
        assert local_day(ids(row)["date"], zone) == "2025-12-01"


def test_nothing_found_is_an_empty_table(sandbox: Sandbox) -> None:
    future = {"from": "2026-05-01", "to": "2026-05-02"}
    assert ask_table(sandbox, **future).json() == {"table": [], "incomplete_results": False}


def test_affiliates_have_integer_ids_and_pages(sandbox: Sandbox) -> None:
    answer = everflow(sandbox, "networks/affiliates?page=2&page_size=15").json()
    assert answer["paging"] == {"page": 2, "page_size": 15, "total_count": 20}
    assert [type(a["network_affiliate_id"]) for a in answer["affiliates"]] == [int] * 5


def test_fifty_a_second(sandbox: Sandbox) -> None:
    sandbox.everflow.clock = lambda: 1_000.0
    sandbox.everflow.limits["second"].limit = 1
    answers = [everflow(sandbox, "networks") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[0].headers["X-RateLimit-Remaining"] == "0"
