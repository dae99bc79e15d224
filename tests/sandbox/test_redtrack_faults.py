"""Each fault of Redtrack does what sandbox/faults.py says; one without a check here fails."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import chain

import pytest
import requests

from sandbox.faults import FAULTS
from sandbox.server import Sandbox
from tests.sandbox import fault_checks
from tests.sandbox.ask import FACEBOOK, amount, ask_report, key, pages, report

Check = Callable[[Sandbox], None]
NOTHING = {"date_from": "2026-05-01", "date_to": "2026-05-02"}


def empty_day(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("empty_day", date="2025-12-03")
    days = {row["date"] for row in report(sandbox)}
    assert len(days) == 17
    assert "2025-12-03" not in days


def empty_all(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("empty_all")
    assert report(sandbox) == []
    assert ask_report(sandbox, total="true").json()["items"] == []


def broken_report(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("broken_report")
    answer = ask_report(sandbox)
    assert (answer.status_code, answer.json()) == (500, {"error": "Problem with loading report"})


def conflict(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("conflict", times=1)
    assert [ask_report(sandbox).status_code for _ in range(2)] == [409, 200]
    sandbox.redtrack.faults.on("conflict", overlap_only=True)
    assert ask_report(sandbox).status_code == 200
    sandbox.redtrack.faults.on("slow", seconds=0.3, times=1)
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda _: ask_report(sandbox).status_code, range(2))
    assert 409 in answers


def double_counting(sandbox: Sandbox) -> None:
    sandbox.redtrack.clock = lambda: 600.0
    sandbox.redtrack.limits["minute"].limit = 4
    sandbox.redtrack.faults.on("double_counting")
    assert [ask_report(sandbox).status_code for _ in range(3)] == [200, 200, 429]
    sandbox.redtrack.lift_limits()


def object_in_200(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("object_in_200")
    assert (ask_report(sandbox).status_code, ask_report(sandbox).json()) == (200, {"id": "x"})


def null_for_empty(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("null_for_empty")
    assert ask_report(sandbox, **NOTHING).text == "null"
    assert len(report(sandbox)) > 100


def items_null(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("items_null")
    assert ask_report(sandbox, **NOTHING).json() == {"items": None, "total": {}}


def envelope_unasked(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("envelope_unasked")
    assert set(ask_report(sandbox).json()) == {"items", "total"}


def bare_list(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("bare_list")
    assert isinstance(ask_report(sandbox, total="true").json(), list)


def per_capped(sandbox: Sandbox) -> None:
    whole = [key(row) for row in report(sandbox)]
    sandbox.redtrack.faults.on("per_capped", rows=7)
    assert [key(row) for row in report(sandbox)] == whole[:7]
    assert [key(row) for row in report(sandbox, page=2)] == whole[7:14]


def overlapping_pages(sandbox: Sandbox) -> None:
    whole = [key(row) for row in report(sandbox)]
    sandbox.redtrack.faults.on("overlapping_pages", rows=2)
    paged = [[key(row) for row in page] for page in pages(sandbox, per=20)]
    assert paged[0][-2:] == paged[1][:2]
    assert set(chain.from_iterable(paged)) == set(whole)


def unstable_order(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("unstable_order")
    assert [key(r) for r in report(sandbox)] != [key(r) for r in report(sandbox)]


def source_id_absent(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("source_id_absent")
    assert not any("source_id" in row for row in report(sandbox))


def renamed_source(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("renamed_source", title="Meta")
    assert {row["source"] for row in report(sandbox, source_id=FACEBOOK)} == {"Meta"}


def bad_metric(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("bad_metric", value="n/a", rows=2, source_id=FACEBOOK)
    hit = [row for row in report(sandbox) if row.get("cost") == "n/a"]
    assert [row["source_id"] for row in hit] == [FACEBOOK] * 2
    sandbox.redtrack.faults.on("bad_metric", metric="date", value="yesterday")
    assert report(sandbox)[0]["date"] == "yesterday"


def cost_missing(sandbox: Sandbox) -> None:
    for how, cost in (("null", None), ("absent", ...), ("zero", 0)):
        sandbox.redtrack.faults.on("cost_missing", how=how, date="2025-12-05")
        hit = [r for r in report(sandbox, source_id=FACEBOOK) if r.get("cost", ...) == cost]
        assert [row["date"] for row in hit] == ["2025-12-05"]


def total_disagrees(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("total_disagrees", metric="clicks", delta=3)
    clicks = ask_report(sandbox, total="true").json()["total"]["clicks"]
    assert Decimal(str(clicks)) == amount(report(sandbox), "clicks") + 3


def account_zone(sandbox: Sandbox) -> None:
    asked = report(sandbox, group="date")
    sandbox.redtrack.faults.on("account_zone")
    assert report(sandbox, group="date") == asked
    assert report(sandbox, group="date", timezone=None) != asked


def other_currency(sandbox: Sandbox) -> None:
    sandbox.redtrack.faults.on("other_currency")
    params = {"api_key": "sandbox-redtrack-713"}
    listed = requests.get(f"{sandbox.url('redtrack')}/sources", params=params, timeout=10).json()
    assert [source["id"] for source in listed if source["currency"] == "EUR"] == [FACEBOOK]


CHECKS: dict[str, Check] = {
    **fault_checks.bound(lambda sandbox: sandbox.redtrack, ask_report),
    **{
        check.__name__: check
        for check in (
            empty_day, empty_all, broken_report, conflict, double_counting, object_in_200,
            null_for_empty, items_null, envelope_unasked, bare_list, per_capped,
            overlapping_pages, unstable_order, source_id_absent, renamed_source, bad_metric,
            cost_missing, total_disagrees, account_zone, other_currency,
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", [f.name for f in FAULTS if f.service == "redtrack"])
def test_fault(sandbox: Sandbox, name: str) -> None:
    untouched = ask_report(sandbox).text
    CHECKS[name](sandbox)
    sandbox.redtrack.faults.clear()
    assert ask_report(sandbox).text == untouched


def test_every_check_has_its_fault() -> None:
    assert set(CHECKS) == {f.name for f in FAULTS if f.service == "redtrack"}
