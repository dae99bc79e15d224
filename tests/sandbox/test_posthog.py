"""PostHog's protocol where loaders must not trip over it: refusals, caps, stale answers, pages.

That events come once and whole, and what each fault does, the loader's own tests show.
"""

from collections import Counter
from typing import Any

import pytest
import requests

from sandbox.orders import Feed
from sandbox.posthog.data import events_of, lists_of
from sandbox.posthog.events import sort_value
from sandbox.posthog.hogql import HogQLError, parse
from sandbox.server import Sandbox

NAMED = "uuid, event, toTimeZone(timestamp, 'UTC') as at, timestamp"
START = "timestamp >= toDateTime64('2025-12-01 05:00:00', 6, 'UTC')"
BATCH = "timestamp >= toDateTime64('2025-12-05 17:00:00.000000', 6, 'UTC')"
ZERO = "00000000-0000-4000-8000-000000000000"
ORDER = "order by timestamp, uuid limit 5"


def get(
    sandbox: Sandbox,
    path: str,
    *,
    key: str = "Bearer sandbox-posthog-713",
    project: object = 71_301,
) -> requests.Response:
    url = f"{sandbox.url('posthog')}/api/projects/{project}/{path}"
    return requests.get(url, headers={"Authorization": key} if key else {}, timeout=10)


def post(sandbox: Sandbox, body: object) -> requests.Response:
    url = f"{sandbox.url('posthog')}/api/projects/71301/query/"
    headers = {"Authorization": "Bearer sandbox-posthog-713"}
    return requests.post(url, json=body, headers=headers, timeout=30)


def ask(
    sandbox: Sandbox, limit: int = 5, where: str = START, refresh: str | None = "force_blocking"
) -> dict[str, Any]:
    """The answer to a query as the loader sends it."""
    hogql = f"select {NAMED} from events where {where} order by timestamp, uuid limit {limit}"
    query = {"kind": "HogQLQuery", "query": hogql}
    body: dict[str, Any] = post(sandbox, {"query": query, "refresh": refresh}).json()
    return body


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no viable alternative"),
        (f"select uuid from sessions where {START} {ORDER}", "no viable alternative"),
        (f"select uuid from events where {START} limit 5", "no viable alternative"),
        (f"select uuid from events where {START} order by timestamp limit 5", "no viable"),
        (f"select uuid from events where {START} order by timestamp desc, uuid limit 5", "no v"),
        (f"select uuid from events where {START} order by timestamp, uuid", "no viable"),
        (f"select uuid from events where {START} {ORDER} offset 5", "OFFSET is not supported"),
        (f"select * from events where {START} {ORDER}", "Unable to resolve field: *"),
        (f"select colour from events where {START} {ORDER}", "Unable to resolve field: colour"),
        (f"select toTimeZone(timestamp, 'Mars') as at from events where {START} {ORDER}", "Mars"),
        (f"select uuid from events where distinct_id = 'x' {ORDER}", "the condition distinct_id"),
        (
            f"select uuid from events where {START.replace('12-01', '13-01')} {ORDER}",
            "Cannot parse",
        ),
        (
            f"select uuid from events where timestamp > toDateTime64('2025-12-01', 6) {ORDER}",
            "the condition timestamp >",
        ),
    ],
)
def test_another_query_is_refused(text: str, says: str) -> None:
    with pytest.raises(HogQLError, match=r".") as refused:
        parse(text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"key": ""}, 401, "not_authenticated"),
        ({"key": "Bearer phc_project_token"}, 401, "authentication_failed"),
        ({"project": 4711}, 404, "not_found"),
        ({"project": 90_210}, 403, "permission_denied"),
    ],
)
def test_refusals_have_four_keys(
    sandbox: Sandbox, how: dict[str, Any], status: int, code: str
) -> None:
    answer = get(sandbox, "persons/", **how)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"type", "code", "detail", "attr"}


@pytest.mark.parametrize("body", [[], {}, {"query": {"kind": "EventsQuery", "query": "x"}}])
def test_a_query_needs_its_envelope(sandbox: Sandbox, body: object) -> None:
    answer = post(sandbox, body)
    assert (answer.status_code, answer.json()["type"]) == (400, "validation_error")


def test_times_are_the_projects_unless_another_zone_is_asked_for(sandbox: Sandbox) -> None:
    body = ask(sandbox)
    assert body["types"][2:] == [
        ["at", "DateTime64(6, 'UTC')"],
        ["timestamp", "DateTime64(6, 'America/New_York')"],
    ]
    assert {(row[2][-1], row[3][-6:]) for row in body["results"]} == {("Z", "-05:00")}


def test_a_limit_is_cut_without_a_word(sandbox: Sandbox) -> None:
    sandbox.posthog.serve(50_001, 40)
    body = ask(sandbox, limit=90_000)
    assert (len(body["results"]), body["hasMore"], body["limit"]) == (50_000, False, 90_000)


def test_uuids_are_sorted_by_their_second_half(sandbox: Sandbox) -> None:
    rows = ask(sandbox, limit=60, where=BATCH)["results"]
    uuids = [uuid for uuid, _, at, _ in rows if at == "2025-12-05T17:00:00Z"]
    assert len(uuids) == 60, "a queue that was sent at once"
    assert uuids == sorted(uuids, key=sort_value) != sorted(uuids)
    after = BATCH.replace("timestamp >= ", "(timestamp, uuid) > (") + f", toUUID('{uuids[9]}'))"
    assert ask(sandbox, limit=50, where=after)["results"] == rows[10:]


def test_an_answer_is_old_unless_that_is_refused(sandbox: Sandbox) -> None:
    before = ask(sandbox, refresh=None)
    sandbox.posthog.add("events", event="landing", at="2025-12-01T05:00:00Z", times=3)
    old, new = ask(sandbox, refresh=None), ask(sandbox)
    assert old == before | {"is_cached": True, "last_refresh": old["last_refresh"]}
    assert [row[1] for row in new["results"][:3]] == ["landing"] * 3
    assert ask(sandbox, refresh=None)["results"] == new["results"]


def test_too_many_questions_are_refused(sandbox: Sandbox) -> None:
    sandbox.posthog.clock = lambda: 3_600.0 * 5 + 45
    sandbox.posthog.limits["query_minute"].limit = 1
    assert "results" in ask(sandbox)
    assert ask(sandbox) == {
        "type": "throttled_error",
        "code": "throttled",
        "detail": "Request was throttled. Expected available in 15 seconds.",
        "attr": None,
    }
    assert get(sandbox, "persons/").status_code == 200


def test_lists_have_pages(sandbox: Sandbox) -> None:
    flags = get(sandbox, "feature_flags/?limit=3&offset=3").json()
    assert (flags["count"], len(flags["results"])) == (7, 3)
    assert flags["next"].startswith(sandbox.url("posthog"))
    assert [
        len(get(sandbox, f"experiments/{a}").json()["results"]) for a in ("", "?archived=true")
    ] == [3, 1]
    persons = len(lists_of("713")["persons"])
    page = get(sandbox, f"persons/?limit={persons}").json()
    assert "count" not in page
    assert page["next"], "the last page is full, and has a next one"
    assert get(sandbox, f"persons/?limit=9&offset={persons}").json()["results"] == []


def test_the_funnel_of_713() -> None:
    names = Counter(event.name for event in events_of("713").all())
    assert names["landing"] > 2 * names["checkout"] > 4 * names["purchase"] > 0
    assert names["landing"] == names["$pageview"] + 60
    feed = Feed()
    ordered = {row["billing_email"] for day in feed.days for row in feed.created_on(day)}
    known = {str(person["name"]) for person in lists_of("713")["persons"]}
    assert len(known & ordered) > 100
    assert known - ordered
    assert ordered - known
