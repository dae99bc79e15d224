"""Everflow's protocol: what it refuses, how it filters, converts, caps and limits."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.sandbox.ask import ask_table, everflow, ids, labels, local_day, table, total, wish


def only(kind: str, *values: object) -> list[dict[str, object]]:
    return [{"resource_type": kind, "filter_id_value": value} for value in values]


@pytest.mark.parametrize(
    "changes",
    [
        {"timezone_id": None},
        {"timezone_id": 4711},
        {"currency_id": None},
        {"currency_id": "XXX"},
        {"columns": None},
        {"columns": []},
        {"columns": [{"column": "affiliate"}] * 11},
        {"columns": [{"column": "date"}, {"column": "hour"}]},
        {"columns": [{"column": "colour"}]},
        {"from": None},
        {"from": "12/01/2025"},
        {"from": "2025-12-19"},
        {"from": "2024-12-01"},
        {"query": {"filters": only("advertiser", 1)}},
        {"query": {"filters": only("colour", "1")}},
    ],
    ids=str,
)
def test_wrong_requests_are_refused(sandbox: Sandbox, changes: dict[str, object]) -> None:
    answer = ask_table(sandbox, **changes)
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)


def test_a_body_that_is_no_json_is_refused(sandbox: Sandbox) -> None:
    assert everflow(sandbox, "networks/reporting/entity/table", body="text").status_code == 400


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("networks", None, 401),
        ("networks", "wrong", 401),
        ("networks", "sandbox-everflow-713", 200),
        ("affiliates/reporting/entity", "sandbox-everflow-713", 403),
        ("networks/nothing", "sandbox-everflow-713", 404),
    ],
)
def test_keys_and_paths(sandbox: Sandbox, path: str, key: str | None, status: int) -> None:
    answer = everflow(sandbox, path, key=key)
    assert answer.status_code == status
    assert ("error" in answer.json()) == (status != 200)


def test_filters_are_or_within_a_type_and_and_across(sandbox: Sandbox) -> None:
    filters = only("advertiser", "1", "2") + only("affiliate", "1", "5")
    rows = [ids(row) for row in table(sandbox, query={"filters": filters})]
    assert {(row["affiliate"], row["advertiser"]) for row in rows} == {
        ("1", "1"), ("1", "2"), ("5", "1"), ("5", "2"),
    }  # fmt: skip


def test_exclusions_take_rows_away(sandbox: Sandbox) -> None:
    rows = table(sandbox, query={"exclusions": only("advertiser", "1")})
    assert {ids(row)["advertiser"] for row in rows} == {"2", "3", "4", "7"}


def test_money_follows_the_currency(sandbox: Sandbox) -> None:
    dollars, euros = table(sandbox), table(sandbox, currency_id="EUR")
    assert round(total(euros, "payout"), 6) == total(dollars, "payout") * Decimal("0.9")
    assert total(euros, "cv") == total(dollars, "cv")


def test_dates_are_text_of_the_midnight_asked_for(sandbox: Sandbox) -> None:
    for number, zone in ((80, "America/New_York"), (12, "Australia/Sydney"), (67, "UTC")):
        row = table(sandbox, "date", timezone_id=number)[0]
        assert isinstance(ids(row)["date"], str)
        assert ids(row) == labels(row)
        assert local_day(ids(row)["date"], zone) == "2025-12-01"


def test_columns_follow_the_request_and_the_unknown_is_na(sandbox: Sandbox) -> None:
    row = table(sandbox, "offer", "advertiser", "month")[0]
    assert [column["column_type"] for column in row["columns"]] == ["offer", "advertiser", "month"]
    assert row["columns"][0] == {"column_type": "offer", "id": "0", "label": "N/A"}


def test_a_time_of_day_ends_a_range_early(sandbox: Sandbox) -> None:
    one_hour = {"from": "2025-12-01 10:00:00", "to": "2025-12-01 10:59:59"}
    assert len(table(sandbox, "hour", **one_hour)) == 1


def test_nothing_found_is_an_empty_table(sandbox: Sandbox) -> None:
    future = {"from": "2026-05-01", "to": "2026-05-02"}
    assert ask_table(sandbox, **future).json() == {"table": [], "incomplete_results": False}


def test_the_cap_is_flagged(sandbox: Sandbox) -> None:
    sandbox.everflow.row_cap = 444
    assert ask_table(sandbox).json()["incomplete_results"] is False
    sandbox.everflow.row_cap = 443
    answer = ask_table(sandbox).json()
    assert (len(answer["table"]), answer["incomplete_results"]) == (443, True)


def test_the_older_twin_adds_totals_and_days(sandbox: Sandbox) -> None:
    answer = everflow(sandbox, "networks/reporting/entity", body=wish("affiliate")).json()
    assert len(answer["performance"]) == 18
    assert answer["summary"]["cv"] == total(answer["table"], "cv") == 4595


def test_lists_have_integer_ids_and_pages(sandbox: Sandbox) -> None:
    answer = everflow(sandbox, "networks/affiliates?page=2&page_size=15").json()
    assert answer["paging"] == {"page": 2, "page_size": 15, "total_count": 20}
    assert len(answer["affiliates"]) == 5
    assert all(isinstance(a["network_affiliate_id"], int) for a in answer["affiliates"])
    advertisers = everflow(sandbox, "networks/advertisers").json()["advertisers"]
    assert {a["network_advertiser_id"]: a["name"] for a in advertisers}[2] == "EXP"


def test_metadata(sandbox: Sandbox) -> None:
    zones: list[dict[str, Any]] = everflow(sandbox, "meta/timezones").json()["timezones"]
    assert {z["timezone"]: z["timezone_id"] for z in zones}["America/New_York"] == 80
    assert {z["utc_offset"] for z in zones if z["timezone"] == "UTC"} == {"+00:00"}
    network = everflow(sandbox, "networks").json()
    assert (network["default_currency_id"], network["reporting_timezone_id"]) == ("USD", 80)


def test_limits_of_a_second_and_of_granular_queries(sandbox: Sandbox) -> None:
    sandbox.everflow.clock = lambda: 1_000.0
    sandbox.everflow.limits["granular"].limit = 1
    assert [ask_table(sandbox, "sub1").status_code for _ in range(2)] == [200, 429]
    sandbox.everflow.limits["second"].limit = 3
    assert everflow(sandbox, "networks").headers["X-RateLimit-Remaining"] == "0"
    assert everflow(sandbox, "networks").status_code == 429
    sandbox.everflow.clock = lambda: 1_001.0
    assert everflow(sandbox, "networks").headers["X-RateLimit-Remaining"] == "2"


def test_more_than_ten_at_once_are_too_many(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("slow", seconds=0.3)
    with ThreadPoolExecutor(14) as pool:
        answers = list(pool.map(lambda _: ask_table(sandbox).status_code, range(14)))
    assert set(answers) == {200, 429}
