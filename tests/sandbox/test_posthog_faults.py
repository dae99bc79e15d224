"""Each fault of PostHog does what its table says; one without a check here fails."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.posthog.faults import POSTHOG_FAULTS
from sandbox.server import Sandbox
from tests.sandbox import fault_checks
from tests.sandbox.posthog_ask import ask, by_keyset, by_pages, get, rows

Check = Callable[[Sandbox], None]
THREE = "select uuid, event, properties, timestamp from events order by timestamp, uuid limit 3"
COUNT = "select count() from events"


def server_error(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("server_error", times=1)
    assert "text/html" in ask(sandbox).headers["Content-Type"]
    sandbox.posthog.faults.on("server_error", status=500, times=1)
    assert (get(sandbox).status_code, ask(sandbox).status_code) == (500, 200)


def rate_limited(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("rate_limited", times=1)
    answer = get(sandbox)
    assert (answer.json()["code"], answer.headers.get("Retry-After")) == ("throttled", None)
    sandbox.posthog.faults.on("rate_limited", retry_after=7, match="HogQLQuery")
    assert (ask(sandbox).headers["Retry-After"], get(sandbox).status_code) == ("7", 200)


def invalid_key(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("invalid_key")
    assert (ask(sandbox).status_code, get(sandbox).json()["type"]) == (401, "authentication_error")


def missing_scope(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("missing_scope")
    for path, scope in (
        ("experiments/", "experiment:read"),
        ("feature_flags/", "feature_flag:read"),
        ("persons/", "person:read"),
        ("", "project:read"),
    ):
        answer = get(sandbox, path)
        assert (answer.status_code, scope in answer.json()["detail"]) == (403, True)
    assert "query:read" in ask(sandbox).json()["detail"]


def project_gone(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("project_gone")
    assert (ask(sandbox).status_code, get(sandbox).status_code) == (404, 404)


def list_in_200(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("list_in_200")
    assert ask(sandbox).json() == get(sandbox).json() == ["x"]


def empty_day(sandbox: Sandbox) -> None:
    (before,) = rows(sandbox, COUNT)
    sandbox.posthog.faults.on("empty_day", date="2025-12-03")
    assert 0 < rows(sandbox, COUNT)[0][0] < before[0]
    assert get(sandbox).json()["count"] == 7


def empty_all(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("empty_all")
    assert (rows(sandbox, COUNT), rows(sandbox, THREE)) == ([[0]], [])


def busy(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("busy", times=1)
    answer = ask(sandbox)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert ask(sandbox).status_code == 200


def query_timeout(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("query_timeout", rows=3)
    assert (ask(sandbox).status_code, ask(sandbox, THREE).status_code) == (504, 200)
    assert "max execution time" in ask(sandbox).json()["detail"]


def query_error(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("query_error", message="Out of luck")
    body = ask(sandbox).json()
    assert (body["results"], body["error"]) == ([], "Out of luck")


def capped(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("capped", rows=2)
    assert len(rows(sandbox, THREE)) == 2


def keyset_ignored(sandbox: Sandbox) -> None:
    first = rows(sandbox, THREE)
    after = THREE.replace(
        "order", "where (timestamp, uuid) > ('2025-12-04', toUUID('" + "0" * 32 + "')) order"
    )
    assert rows(sandbox, after) != first
    sandbox.posthog.faults.on("keyset_ignored")
    assert rows(sandbox, after) == first


def duplicates(sandbox: Sandbox) -> None:
    one, two, _ = rows(sandbox, THREE)
    sandbox.posthog.faults.on("duplicates")
    assert rows(sandbox, THREE) == [one, one, two]


def shuffled_columns(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("shuffled_columns")
    body = ask(sandbox, THREE).json()
    assert body["columns"] == ["timestamp", "properties", "event", "uuid"]
    assert body["results"][0][3].count("-") == 4


def types_as_strings(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("types_as_strings")
    assert ask(sandbox, THREE).json()["types"][:2] == ["UUID", "String"]


def properties_as_objects(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("properties_as_objects")
    assert {type(row[2]) for row in rows(sandbox, THREE)} == {dict}


def results_null(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("results_null")
    assert ask(sandbox).json()["results"] is None


def bad_event(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("bad_event", column="uuid", value="n/a", rows=2)
    assert [row[0] == "n/a" for row in rows(sandbox, THREE)] == [True, True, False]
    sandbox.posthog.faults.on("bad_event")
    assert [row[3] is None for row in rows(sandbox, THREE)] == [True, False, False]


def small_pages(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("small_pages", rows=2)
    assert len(get(sandbox, limit=50).json()["results"]) == 2
    assert len({flag["id"] for flag in by_pages(sandbox, "feature_flags/")}) == 7


def repeating_next(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("repeating_next", times=2)
    assert len(by_pages(sandbox, "feature_flags/")) == 21


def older_server(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("older_server")
    assert "updated_at" not in get(sandbox).json()["results"][0]
    assert "metrics" not in get(sandbox, "experiments/").json()["results"][0]


def bad_record(sandbox: Sandbox) -> None:
    sandbox.posthog.faults.on("bad_record", path="/persons")
    records: list[dict[str, Any]] = get(sandbox, "persons/").json()["results"]
    assert [record["id"] is None for record in records[:2]] == [True, False]
    assert get(sandbox).json()["results"][0]["id"]


CHECKS: dict[str, Check] = {
    **fault_checks.bound(lambda sandbox: sandbox.posthog, ask),
    **{
        check.__name__: check
        for check in (
            server_error, rate_limited, invalid_key, missing_scope, project_gone, list_in_200,
            empty_day, empty_all, busy, query_timeout, query_error, capped, keyset_ignored,
            duplicates, shuffled_columns, types_as_strings, properties_as_objects, results_null,
            bad_event, small_pages, repeating_next, older_server, bad_record,
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", [fault.name for fault in POSTHOG_FAULTS])
def test_the_fault_does_what_it_says(sandbox: Sandbox, name: str) -> None:
    CHECKS[name](sandbox)
    sandbox.posthog.faults.clear()
    uuids = by_keyset(sandbox, per=2_000)
    assert len(uuids) == len(set(uuids)) > 7_000


def test_no_check_is_left_over() -> None:
    assert CHECKS.keys() == {fault.name for fault in POSTHOG_FAULTS}
