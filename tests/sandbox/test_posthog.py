"""PostHog's protocol: what it refuses, how it pages, caches and limits; and its made data."""

from collections import Counter
from typing import Any

import pytest
import requests

from sandbox.orders import Feed
from sandbox.posthog.data import project_of
from sandbox.posthog.events import EVERYTHING, sort_value
from sandbox.server import Sandbox
from tests.sandbox.posthog_ask import ID, KEY, NAMED, ask, by_keyset, by_pages, get, rows


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"key": None}, 401, "not_authenticated"),
        ({"key": "phc_project_token"}, 401, "authentication_failed"),
        ({"project": 4711}, 404, "not_found"),
        ({"project": 90_210}, 403, "permission_denied"),
        ({"path": "nothing/"}, 404, "not_found"),
        ({"path": "feature_flags/1/"}, 404, "not_found"),
    ],
    ids=str,
)
def test_refusals_have_four_keys(
    sandbox: Sandbox, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = get(sandbox, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"type", "code", "detail", "attr"}


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"{}", b'{"query": {"kind": "EventsQuery", "query": "x"}}',
     b'{"query": {"kind": "HogQLQuery", "query": "select uuid from events"}, "refresh": "now"}'],
)  # fmt: skip
def test_a_query_needs_its_envelope(sandbox: Sandbox, body: bytes) -> None:
    url = f"{sandbox.url('posthog')}/api/projects/{ID}/query/"
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = requests.post(url, data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["type"]) == (400, "validation_error")


def test_an_answer(sandbox: Sandbox) -> None:
    body = ask(sandbox, "select uuid, event as name, timestamp from events limit 3").json()
    assert body["columns"] == ["uuid", "name", "timestamp"]
    assert body["types"][2] == ["timestamp", "DateTime64(6, 'America/New_York')"]
    assert [len(row) for row in body["results"]] == [3, 3, 3]
    assert body["results"][0][2].endswith("-05:00"), "times are of the project's zone"
    assert (body["hasMore"], body["limit"]) == (False, 3), "hasMore says nothing beside a LIMIT"


def test_a_query_without_a_limit_gives_a_hundred(sandbox: Sandbox) -> None:
    body = ask(sandbox, "select uuid from events order by timestamp, uuid").json()
    assert (len(body["results"]), body["hasMore"]) == (100, True)


@pytest.mark.parametrize("per", [7, 500, 50_000])
def test_by_keyset_every_event_comes_once(sandbox: Sandbox, per: int) -> None:
    if per == 7:  # pages that end within the sixty events of one time
        sandbox.posthog.restate("remove", day="2025-12-01")
    uuids = by_keyset(sandbox, per=per) if per > 7 else _around_the_batch(sandbox)
    count = "select count() from events"
    if per == 7:
        count += " where timestamp >= toDateTime64('2025-12-05 16:59:00', 6, 'UTC')"
        count += " and timestamp < toDateTime64('2025-12-05 17:01:00', 6, 'UTC')"
    assert len(uuids) == len(set(uuids)) == rows(sandbox, count)[0][0]


def _around_the_batch(sandbox: Sandbox) -> list[str]:
    """The events of two minutes, seven a page."""
    uuids: list[str] = []
    after = "toDateTime64('2025-12-05 16:59:00', 6, 'UTC'), toUUID('" + "0" * 32 + "')"
    while True:
        page = rows(
            sandbox,
            f"select {NAMED} from events where (timestamp, uuid) > ({after}) and timestamp < "
            "toDateTime64('2025-12-05 17:01:00', 6, 'UTC') order by timestamp, uuid limit 7",
        )
        uuids += [row[0] for row in page]
        if len(page) < 7:
            return uuids
        at = page[-1][4].removesuffix("Z")
        after = f"toDateTime64('{at}', 6, 'UTC'), toUUID('{page[-1][0]}')"


def test_uuids_are_sorted_by_their_second_half(sandbox: Sandbox) -> None:
    text = (
        "select uuid from events where timestamp = '2025-12-05 12:00:00' order by timestamp, uuid"
    )
    uuids = [row[0] for row in rows(sandbox, text)]
    assert len(uuids) == 60
    assert uuids == sorted(uuids, key=sort_value) != sorted(uuids)


def test_ordered_by_time_alone_ties_come_in_any_order(sandbox: Sandbox) -> None:
    text = "select uuid from events where timestamp = '2025-12-05 12:00:00' order by timestamp"
    assert rows(sandbox, text) != rows(sandbox, text)


def test_a_hundred_thousand_events_on_forty_times(sandbox: Sandbox) -> None:
    sandbox.posthog.serve(100_000, 40)
    assert rows(sandbox, "select count() from events") == [[100_000]]
    page = rows(sandbox, f"select {NAMED} from events order by timestamp, uuid limit 90000")
    assert len(page) == 50_000, "a larger limit is cut without a word"
    at, uuid = page[-1][4].removesuffix("Z"), page[-1][0]
    rest = rows(
        sandbox,
        f"select {NAMED} from events where (timestamp, uuid) > (toDateTime64('{at}', 6, 'UTC'), "
        f"toUUID('{uuid}')) order by timestamp, uuid limit 50000",
    )
    assert len({row[0] for row in page + rest}) == 100_000
    assert len({row[4] for row in page + rest}) == 40


def test_an_answer_is_cached_unless_that_is_refused(sandbox: Sandbox) -> None:
    text = "select count() from events"
    before = ask(sandbox, text, refresh=None).json()
    sandbox.posthog.add("events", event="landing", at="2025-12-10T10:00:00Z", times=3)
    old, new = ask(sandbox, text, refresh="blocking").json(), ask(sandbox, text).json()
    assert (before["is_cached"], old["is_cached"], new["is_cached"]) == (False, True, False)
    assert old["results"] == before["results"] == [[new["results"][0][0] - 3]]
    assert ask(sandbox, text, refresh=None).json()["results"] == new["results"]
    later = sandbox.posthog.clock() + 601
    sandbox.posthog.clock = lambda: later
    assert ask(sandbox, text, refresh=None).json()["is_cached"] is False


def test_a_query_that_nobody_waits_for(sandbox: Sandbox) -> None:
    answer = ask(sandbox, "select event from events limit 2", refresh="force_async")
    assert answer.status_code == 202
    path = f"query/{answer.json()['query_status']['id']}/"
    assert get(sandbox, path).status_code == 202
    done = get(sandbox, path)
    assert (done.status_code, done.json()["query_status"]["complete"]) == (200, True)
    assert len(done.json()["query_status"]["results"]["results"]) == 2
    assert get(sandbox, "query/unknown/").status_code == 404


def test_queries_and_lists_have_limits(sandbox: Sandbox) -> None:
    sandbox.posthog.clock = lambda: 3_600.0 * 5 + 45
    sandbox.posthog.limits["query_minute"].limit = 2
    answers = [ask(sandbox) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "15"
    assert answers[-1].json() == {
        "type": "throttled_error",
        "code": "throttled",
        "detail": "Request was throttled. Expected available in 15 seconds.",
        "attr": None,
    }
    assert get(sandbox).status_code == 200
    sandbox.posthog.limits["analytics_minute"].limit = 0
    assert get(sandbox, "persons/").status_code == 429


def test_flags_are_counted_and_paged(sandbox: Sandbox) -> None:
    first = get(sandbox, limit=3).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (7, 3, None)
    assert first["next"].startswith(sandbox.url("posthog"))
    keys = [flag["key"] for flag in by_pages(sandbox, "feature_flags/", limit=3)]
    assert len(set(keys)) == len(keys) == 7
    assert len(by_pages(sandbox, "feature_flags/", active="false")) == 1
    one = get(sandbox, f"feature_flags/{first['results'][0]['id']}/").json()
    assert one == first["results"][0]


def test_archived_experiments_come_when_asked_for(sandbox: Sandbox) -> None:
    running, archived = (
        by_pages(sandbox, "experiments/"),
        by_pages(sandbox, "experiments/", archived="true"),
    )
    assert (len(running), len(archived)) == (3, 1)
    assert {e["conclusion"] for e in running} == {None, "won"}
    assert get(sandbox, f"experiments/{archived[0]['id']}/").json() == archived[0]


def test_a_full_last_page_of_persons_has_a_next_one(sandbox: Sandbox) -> None:
    number = len(project_of("713").persons)
    page = get(sandbox, "persons/", limit=number).json()
    assert "count" not in page
    assert (len(page["results"]), page["next"] is None) == (number, False)
    assert len({person["id"] for person in by_pages(sandbox, "persons/")}) == number
    assert get(sandbox, f"persons/{page['results'][0]['id']}/").status_code == 200


def test_what_was_removed_is_not_listed(sandbox: Sandbox) -> None:
    for what in ("feature_flags", "experiments", "persons"):
        listed = get(sandbox, f"{what}/").json()["results"]
        sandbox.posthog.restate("remove", what=what, id=listed[0]["id"])
        after = get(sandbox, f"{what}/").json()["results"]
        assert listed[0]["id"] not in {record["id"] for record in after}
        sandbox.posthog.reset()
        assert get(sandbox, f"{what}/").json()["results"] == listed


def test_what_was_added_and_changed_is_listed(sandbox: Sandbox) -> None:
    posthog = sandbox.posthog
    (flag,) = posthog.add("feature_flags", key="added")
    posthog.add("experiments", name="Added", flag="added", archived=True)
    posthog.add("persons", email="added@example.com", distinct_id="added")
    posthog.restate("set", what="feature_flags", id=flag["id"], active=False)
    shown = get(sandbox, f"feature_flags/{flag['id']}/").json()
    assert (shown["key"], shown["active"]) == ("added", False)
    assert shown["updated_at"] > flag["updated_at"]
    assert "Added" in {e["name"] for e in by_pages(sandbox, "experiments/", archived="true")}
    assert "added@example.com" in {p["name"] for p in by_pages(sandbox, "persons/")}
    with pytest.raises(ValueError, match="no field"):
        posthog.restate("set", what="feature_flags", id=flag["id"], colour="red")


def test_events_are_added_changed_and_removed(sandbox: Sandbox) -> None:
    posthog = sandbox.posthog
    added = posthog.add("events", event="late", at="2025-12-03T10:00:00.000001Z", times=40)
    late = "select uuid, properties.utm_source, timestamp from events where event = 'late'"
    assert {row[0] for row in rows(sandbox, late)} == {event["uuid"] for event in added}
    posthog.restate("set", id=added[0]["uuid"], properties={"utm_source": "bing"})
    assert Counter(row[1] for row in rows(sandbox, late)) == {None: 39, "bing": 1}
    posthog.restate("remove", id=added[0]["uuid"])
    assert len(rows(sandbox, late)) == 39
    posthog.restate("remove", day="2025-12-03")
    assert rows(sandbox, late) == []
    posthog.reset()
    assert rows(sandbox, "select count() from events") == [
        [project_of("713").log.count(*EVERYTHING)]
    ]


def test_the_deprecated_list_loses_events(sandbox: Sandbox) -> None:
    window = {"after": "2025-12-01T05:00:00Z", "before": "2025-12-19T05:00:00Z"}
    whole = project_of("713").log.count(*EVERYTHING)
    assert get(sandbox, "events/").json()["results"] == [], "no more than a day back"
    found = by_pages(sandbox, "events/", limit=1_000, **window)
    assert 0 < len(found) < whole
    assert len(get(sandbox, "events/", limit=5_000, **window).json()["results"]) <= 1_000
    refused = get(sandbox, "events/", after="2020-01-01T00:00:00Z", before=window["before"])
    assert refused.status_code == 400


def test_the_funnel_of_713(sandbox: Sandbox) -> None:
    by_name = Counter(event.name for event in project_of("713").log.all())
    assert by_name["landing"] > 2 * by_name["checkout"] > 4 * by_name["purchase"] > 0
    assert by_name["landing"] == by_name["$pageview"] + 60
    days = {row[0][:10] for row in rows(sandbox, "select timestamp from events limit 50000")}
    assert len(days) == 18


def test_some_persons_ordered_and_some_buyers_are_unknown() -> None:
    feed = Feed()
    ordered = {row["billing_email"] for day in feed.days for row in feed.created_on(day)}
    known = {str(person["name"]) for person in project_of("713").persons}
    assert len(known & ordered) > 100
    assert known - ordered
    assert ordered - known


def test_the_other_client_has_another_project(sandbox: Sandbox) -> None:
    cti: dict[str, Any] = {"key": "sandbox-posthog-cti", "project": 90_210}
    body = ask(sandbox, "select timestamp from events limit 1", **cti).json()
    assert (body["timezone"], body["results"][0][0][-1]) == ("UTC", "Z")
    assert get(sandbox, "persons/", **cti).json()["results"]
    assert get(sandbox, "", **cti).json()["timezone"] == "UTC"


def test_another_process_steers_it_too(sandbox: Sandbox) -> None:
    url = sandbox.url("posthog").replace("/posthog", "/_sandbox/posthog/restate")
    steps: list[tuple[dict[str, object], int]] = [
        ({"verb": "serve", "events": 500, "timestamps": 2}, 200),
        ({"verb": "add", "event": "landing", "at": "2025-12-05T10:00:00Z", "times": 3}, 200),
        ({"verb": "add", "what": "persons"}, 400),
        ({"verb": "add", "what": "cohorts"}, 400),
        ({"verb": "remove", "what": "persons"}, 400),
        ({"verb": "set", "what": "experiments", "id": 1, "archived": True}, 400),
        ({"verb": "burn"}, 400),
    ]
    for body, status in steps:
        assert requests.post(url, json=body, timeout=10).status_code == status
    assert rows(sandbox, "select count() from events") == [[503]]
    requests.delete(url, timeout=10)
    assert rows(sandbox, "select count() from events") == [
        [project_of("713").log.count(*EVERYTHING)]
    ]
