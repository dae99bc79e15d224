"""PostHog: every event once and as it is, whatever the pages, and lists that are whole."""

from datetime import UTC, datetime

import pytest

from loaders.sources.posthog import api_host
from sandbox.server import Sandbox
from tests.loaders.records.posthog.served import Stands, log, served
from tests.support import DECEMBER, Project, on_both_targets


def load(project: Project, *arguments: str) -> str:
    """What a load says that succeeds."""
    result = project.run("load", "posthog", *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def events(project: Project) -> Stands:
    """The events that stand and were not found gone, by UUID."""
    rows = project.query(
        "select uuid, event, distinct_id, person_id, timestamp, properties ->> 'utm_source' "
        "from posthog.events where _removed_at is null"
    )
    found = {row[0]: (*row[1:4], row[4].astimezone(UTC), row[5]) for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("https://app.posthog.com", "https://us.posthog.com"),
        ("app.posthog.com/", "https://us.posthog.com"),
        ("http://App.PostHog.com", "https://us.posthog.com"),
        ("https://us.i.posthog.com", "https://us.posthog.com"),
        ("https://eu.i.posthog.com/", "https://eu.posthog.com"),
        ("eu.posthog.com", "https://eu.posthog.com"),
        ("http://localhost:8000/posthog/", "http://localhost:8000/posthog"),
    ],
)
def test_a_host_of_the_old_form_is_the_api_of_today(written: str, asked: str) -> None:
    assert api_host(written) == asked


@on_both_targets
def test_all_that_there_is_arrives_as_it_is(project: Project, sandbox: Sandbox) -> None:
    """The project's zone is New York's; the times stand in UTC."""
    said = load(project)
    assert "713 posthog.events: 2025-12-01.." in said
    assert events(project) == served(sandbox)
    stored = sandbox.posthog.projects["713"].lists
    for table, columns in {
        "persons": ("id", "name", "is_identified"),
        "feature_flags": ("id", "key", "active", "version"),
        "experiments": ("id", "name", "archived", "conclusion", "feature_flag_key"),
    }.items():
        found = project.query(f"select {', '.join(columns)} from posthog.{table}")
        assert sorted(found) == sorted(tuple(r[c] for c in columns) for r in stored[table].values())
    assert project.query("select count(*) from posthog.experiments where archived") == [(1,)]
    text = "properties ->> 'email', distinct_ids ->> 0"
    person = next(iter(stored["persons"].values()))
    (named,) = project.query(f"select {text} from posthog.persons where id = '{person['id']}'")
    assert named == (person["name"], person["distinct_ids"][0])  # type: ignore[index]


def test_late_restated_and_removed_events(loaded: Project, sandbox: Sandbox) -> None:
    """Within the look-back of three days; and never from PostHog's cache."""
    load(loaded, *DECEMBER)
    last = log(sandbox)[-3:]
    sandbox.posthog.add("events", event="purchase", at="2025-12-16T12:00:00Z", times=2)
    sandbox.posthog.restate("set", id=last[0].uuid, event="renamed", properties={"utm_source": "x"})
    sandbox.posthog.restate("remove", id=last[1].uuid)
    for _ in range(2):
        load(loaded)
    assert events(loaded) == served(sandbox)
    assert loaded.query(
        "select uuid, event from posthog.events where _removed_at is not null or event = 'renamed' "
        "order by _removed_at nulls first"
    ) == [(last[0].uuid, "renamed"), (last[1].uuid, last[1].name)]


def test_only_the_days_that_are_asked_for(project: Project, sandbox: Sandbox) -> None:
    load(project, "--start-date", "2025-12-03", "--end-date", "2025-12-04")
    low, high = datetime(2025, 12, 3, 5, tzinfo=UTC), datetime(2025, 12, 5, 5, tzinfo=UTC)
    inside = {uuid: cells for uuid, cells in served(sandbox).items() if low <= cells[3] < high}
    assert events(project) == inside
    assert 0 < len(inside) < len(served(sandbox)) / 4
    load(project)
    assert events(project) == served(sandbox)


def test_what_a_list_no_longer_has_is_marked(project: Project, sandbox: Sandbox) -> None:
    load(project)
    sandbox.posthog.restate("remove", what="feature_flags", id="71304")
    sandbox.posthog.restate("set", what="experiments", id="71301", archived=True)
    sandbox.posthog.restate("set", what="feature_flags", id="71305", active=True)
    assert "1 no longer in the list" in load(project)
    assert "1 deleted at the source" in load(project)
    gone = "select id from posthog.feature_flags where _removed_at is not null"
    assert project.query(gone) == [(71304,)]
    assert project.query("select count(*) from posthog.experiments where archived") == [(2,)]
    assert project.query("select active from posthog.feature_flags where id = 71305") == [(True,)]


def test_doctor_says_how_the_project_is(project: Project, sandbox: Sandbox) -> None:
    assert "posthog: no event for 7 days" in project.run("doctor").output
    ahead = sandbox.posthog.add("events", event="landing", at="2031-01-01T00:00:00Z")
    said = project.run("doctor").output
    assert "posthog: project 'Client 713 (sandbox)' is reachable" in said
    assert "the newest event is of 2031-01-01: a clock is ahead" in said
    sandbox.posthog.restate("remove", id=str(ahead[0]["uuid"]))
    sandbox.posthog.faults.on("missing_scope", path="/persons")
    said = project.run("doctor").output
    assert "API key missing required scope 'person:read'; give POSTHOG_API_KEY the scopes" in said
