"""PostHog's events are read once each and as they are, whatever the pages."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from loaders.sources import posthog_events
from loaders.sources.posthog import EVENTS, FEATURE_FLAGS, Posthog
from loaders.table import fit
from loaders.windows import Window
from sandbox.posthog import lists
from sandbox.server import Sandbox
from tests.loaders.records.posthog.served import Stands, log, served
from tests.loaders.records.traps import Read, account

SINCE = Window(date(2025, 12, 1), timezone="America/New_York")

pytestmark = pytest.mark.usefixtures("quick_retries")


def events(sandbox: Sandbox) -> Stands:
    """All events since the client's start, by UUID; none is read twice."""
    pages = list(Posthog(account(sandbox, "posthog")).read(EVENTS, SINCE))
    rows = [fit(EVENTS, row) for page in pages for row in page.rows]
    names = ("event", "distinct_id", "person_id", "timestamp")
    found = {
        row["uuid"]: (
            *(row[name] for name in names),
            json.loads(row["properties"]).get("utm_source"),
        )
        for row in rows
    }
    assert len(found) == len(rows)
    return found


def queries(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The bodies of all queries, in order."""
    asked = [request for request in sandbox.posthog.requests if request.path.endswith("/query/")]
    return [request.body for request in asked if isinstance(request.body, dict)]


def test_a_hundred_thousand_events_on_forty_timestamps(sandbox: Sandbox) -> None:
    sandbox.posthog.serve(100_000, 40)
    found = events(sandbox)
    assert len(found) == 100_000
    assert len({cells[3] for cells in found.values()}) == 40
    assert len(queries(sandbox)) < 60
    assert found == served(sandbox)


@pytest.mark.parametrize("rows", [1, 7, 60, 61])
def test_ties_at_the_edges_of_pages(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Sixty events came at one time; ClickHouse's order of UUIDs is not that of their text."""
    sandbox.posthog.restate("serve", events=0, timestamps=1)
    sandbox.posthog.add("events", event="landing", at="2025-12-05T17:00:00Z", times=60)
    sandbox.posthog.add("events", event="landing", at="2025-12-05T17:00:00.000001Z", times=9)
    uuids = [event.uuid for event in log(sandbox)]
    assert uuids != sorted(uuids)
    monkeypatch.setattr(posthog_events, "PAGE_ROWS", rows)
    assert events(sandbox) == served(sandbox)
    assert len(served(sandbox)) == 69


def test_more_rows_than_an_answer_carries(sandbox: Sandbox) -> None:
    """The limit of an answer is never told: short ones are not the last."""
    sandbox.posthog.faults.on("capped", rows=40)
    sandbox.posthog.serve(2_000, 3)
    assert events(sandbox) == served(sandbox)


def test_queries_are_never_cached_and_have_no_offset(sandbox: Sandbox) -> None:
    assert events(sandbox) == served(sandbox)
    assert {query["refresh"] for query in queries(sandbox)} == {"force_blocking"}
    assert not [query for query in queries(sandbox) if "offset" in str(query).lower()]


@pytest.mark.parametrize("ahead", ["2031-05-01T00:00:00Z", None])
def test_a_clock_that_is_ahead_hides_nothing(sandbox: Sandbox, ahead: str | None) -> None:
    moment = ahead or f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    sandbox.posthog.add("events", event="landing", at=moment, times=3)
    assert events(sandbox) == served(sandbox)


def test_events_that_come_while_we_read_do_not_keep_us(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Posthog._ask

    def busy(reader: Posthog, hogql: str) -> list[Any]:
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        sandbox.posthog.add("events", event="landing", at=now, times=2)
        return ask(reader, hogql)

    monkeypatch.setattr(Posthog, "_ask", busy)
    made = served(sandbox).keys()
    assert made <= events(sandbox).keys()
    assert len(queries(sandbox)) < 20


def test_slices_grow_where_there_is_little_and_shrink_where_queries_fail(
    sandbox: Sandbox,
) -> None:
    sandbox.posthog.restate("serve", events=0, timestamps=1)
    assert events(sandbox) == {}
    assert len(queries(sandbox)) < 15, "for a year without events"
    sandbox.posthog.requests.clear()
    sandbox.posthog.faults.on("query_timeout", rows=2_000)
    sandbox.posthog.serve(20_000, 20_000)
    assert len(events(sandbox)) == 20_000
    assert len(queries(sandbox)) < 50


def test_the_key_is_sent_to_the_host_alone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy `next` may be an address of another host, which is not asked."""
    link = lists._link
    monkeypatch.setattr(
        lists,
        "_link",
        lambda **changes: f"http://elsewhere.invalid/?{link(**changes).split('?')[1]}",
    )
    sandbox.posthog.faults.on("small_pages", rows=2)
    assert len(Read.of(Posthog(account(sandbox, "posthog")), FEATURE_FLAGS).rows) == 7
