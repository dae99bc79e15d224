"""Each fault of Everflow does what sandbox/faults.py says; one without a check here fails."""

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
import requests

from sandbox.faults import FAULTS
from sandbox.server import Sandbox
from tests.sandbox import fault_checks
from tests.sandbox.ask import (
    ask_table,
    everflow,
    ids,
    labels,
    local_day,
    summary,
    table,
    total,
)

Check = Callable[[Sandbox], None]
ONLY_EXP = {"filters": [{"resource_type": "advertiser", "filter_id_value": "2"}]}


def ask_briefly(sandbox: Sandbox) -> requests.Response:
    return ask_table(sandbox, to="2025-12-02")


def wrong_realm(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("wrong_realm")
    answer = ask_table(sandbox)
    assert (answer.status_code, answer.json()) == (403, {"error": "Out of realm"})


def empty_day(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("empty_day", date="2025-12-03")
    days = {local_day(ids(row)["date"], "America/New_York") for row in table(sandbox)}
    assert len(days) == 17
    assert "2025-12-03" not in days
    assert summary(sandbox)["cv"] == total(table(sandbox), "cv")


def empty_all(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("empty_all")
    assert table(sandbox) == []
    assert summary(sandbox)["cv"] == 0


def capped(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("capped", rows=5)
    answer = ask_table(sandbox).json()
    assert (len(answer["table"]), answer["incomplete_results"]) == (5, True)
    assert ask_table(sandbox, "advertiser").json()["incomplete_results"] is False


def capped_silently(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("capped_silently", rows=5)
    answer = ask_table(sandbox).json()
    assert (len(answer["table"]), answer["incomplete_results"]) == (5, False)


def table_null(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("table_null")
    assert ask_table(sandbox).json()["table"] is None


def table_absent(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("table_absent")
    assert ask_table(sandbox).json() == {}


def shuffled_columns(sandbox: Sandbox) -> None:
    before = [ids(row) for row in table(sandbox)]
    sandbox.everflow.faults.on("shuffled_columns")
    rows = table(sandbox)
    assert {tuple(ids(row)) for row in rows} > {("affiliate", "advertiser", "date")}
    assert [ids(row) for row in rows] == before


def capitalised_types(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("capitalised_types")
    assert set(ids(table(sandbox)[0])) == {"Date", "Affiliate", "Advertiser"}


def epoch_only_in_id(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("epoch_only_in_id")
    row = table(sandbox)[0]
    assert (ids(row)["date"], labels(row)["date"]) == ("1764565200", "")


def epoch_only_in_label(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("epoch_only_in_label")
    row = table(sandbox)[0]
    assert (ids(row)["date"], labels(row)["date"]) == ("", "1764565200")


def epoch_as_number(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("epoch_as_number")
    assert ids(table(sandbox)[0])["date"] == 1764565200


def iso_dates(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("iso_dates")
    assert ids(table(sandbox, timezone_id=12)[0])["date"] == "2025-12-01"


def bad_date(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("bad_date", rows=2)
    assert [ids(row)["date"] == "n/a" for row in table(sandbox)[:3]] == [True, True, False]


def control_characters(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("control_characters")
    body = ask_table(sandbox).text
    assert "\x01\n" in body
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    sandbox.everflow.faults.on("control_characters", escaped=True)
    names = {labels(row)["affiliate"] for row in table(sandbox)}
    assert "Partner Alder (sandbox)\x00" in names


def renamed_affiliate(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("renamed_affiliate", id="5", label="G2 TikTok")
    assert {labels(r)["affiliate"] for r in table(sandbox) if ids(r)["affiliate"] == "5"} == {
        "G2 TikTok"
    }
    assert "G2 TikTok" in everflow(sandbox, "networks/affiliates").text


def filter_ignored(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("filter_ignored", times=1)
    assert len(table(sandbox, query=ONLY_EXP)) == 444
    assert len(table(sandbox, query=ONLY_EXP)) == 14


def extra_metrics(sandbox: Sandbox) -> None:
    known = set(table(sandbox)[0]["reporting"])
    sandbox.everflow.faults.on("extra_metrics")
    assert set(table(sandbox)[0]["reporting"]) > known


def absent_metrics(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("absent_metrics", names="event, payout")
    reporting = table(sandbox)[0]["reporting"]
    assert not {"event", "payout"} & set(reporting)
    assert "cv" in reporting


def bad_metric(sandbox: Sandbox) -> None:
    for value in ("n/a", "NaN", 3.5, None):
        sandbox.everflow.faults.on("bad_metric", value=value, affiliate_id="9")
        hit = [row for row in table(sandbox) if row["reporting"]["cv"] == value]
        assert [ids(row)["affiliate"] for row in hit] == ["9"]
    sandbox.everflow.faults.on("bad_metric", value=float("nan"), rows=3)
    assert ask_table(sandbox).text.count(": NaN") == 3


def summary_disagrees(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("summary_disagrees", metric="revenue", delta=0.5)
    excess = Decimal(str(summary(sandbox)["revenue"])) - total(table(sandbox), "revenue")
    assert round(excess, 6) == Decimal("0.5")


def summary_bare(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("summary_bare")
    assert summary(sandbox) == {}


def day_too_many(sandbox: Sandbox) -> None:
    before = {ids(row)["date"] for row in table(sandbox)}
    sandbox.everflow.faults.on("day_too_many")
    after = {ids(row)["date"] for row in table(sandbox)}
    assert before < after


def list_in_200(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("list_in_200")
    assert everflow(sandbox, "networks").json() == ["x"]


def other_defaults(sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("other_defaults")
    network = everflow(sandbox, "networks").json()
    assert (network["default_currency_id"], network["reporting_timezone_id"]) == ("EUR", 67)


CHECKS: dict[str, Check] = {
    **fault_checks.bound(lambda sandbox: sandbox.everflow, ask_briefly),
    **{
        check.__name__: check
        for check in (
            wrong_realm, empty_day, empty_all, capped, capped_silently, table_null, table_absent,
            shuffled_columns, capitalised_types, epoch_only_in_id, epoch_only_in_label,
            epoch_as_number, iso_dates, bad_date, control_characters, renamed_affiliate,
            filter_ignored, extra_metrics, absent_metrics, bad_metric, summary_disagrees,
            other_defaults, summary_bare, day_too_many, list_in_200,
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", [f.name for f in FAULTS if f.service == "everflow"])
def test_fault(sandbox: Sandbox, name: str) -> None:
    untouched = ask_briefly(sandbox).text
    CHECKS[name](sandbox)
    sandbox.everflow.faults.clear()
    assert ask_briefly(sandbox).text == untouched


def test_every_check_has_its_fault() -> None:
    assert set(CHECKS) == {f.name for f in FAULTS if f.service == "everflow"}
