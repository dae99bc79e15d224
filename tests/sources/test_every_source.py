"""What holds of every source alike; one that is registered and has no sample fails."""

import signal
from dataclasses import replace
from functools import partial

import pytest

from loaders.fitting import FITTERS, ColumnType
from loaders.registry import SOURCES
from tests.conftest import Prepared
from tests.sources.conftest import Case, filled, prepare
from tests.sources.killed import POINTS
from tests.sources.samples import SAMPLES
from tests.support import DECEMBER, Project, on_both_targets

KILLED = "tests.sources.killed"

MEANT: dict[ColumnType, object] = {"bigint": 7, "decimal": 7, "timestamp": "2025-12-05 12:00:00"}
READ_AGAIN = (
    "s3_exports",
    "posthog",
    "google_sheets",
    "music",
)  # rows of the others are kept whole

OF_NO_ACTIVE_CLIENT = {"music"}

each_source = pytest.mark.parametrize("source", SOURCES)


def test_every_registered_source_has_a_sample() -> None:
    assert set(SAMPLES) == set(SOURCES)


@pytest.mark.from_nothing
def test_without_credentials_every_table_is_there_and_empty(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in project.environ:
        if not name.startswith("RUNTIME__"):
            monkeypatch.delenv(name)
    result = project.run("load")
    said = result.output
    assert result.exit_code == 1
    for name, source in SOURCES.items():
        assert (f"{name}: failed: " in said) is (name not in OF_NO_ACTIVE_CLIENT)
        for table in source.tables:
            names, rows = project.fetch(f"select * from {name}.{table.name}")
            assert rows == []
            assert set(table.all_columns) <= set(names)


@each_source
@on_both_targets
def test_a_second_load_changes_nothing(case: Case) -> None:
    before = case.state()
    assert sum(map(len, before.values())) > 0
    case.load()
    assert case.state() == before


@each_source
def test_clients_do_not_touch_each_other(case: Case) -> None:
    """Every row has its client's tag; another client's load adds its own, by its own key."""
    before = case.state()
    services = case.sandbox.services
    asked = services[case.source].requests if case.source in services else []
    asked.clear()
    case.load("--client", "cti")
    assert "713" not in {request.account for request in asked}
    assert case.state() == before
    theirs = case.state("cti")
    assert sum(map(len, theirs.values())) > 0
    assert theirs != before
    for table in case.tables:
        tags = case.project.query(f"select distinct _client_id from {case.source}.{table}")
        assert {tag for (tag,) in tags} <= {"713", "cti"}
    case.sample.move(case.sandbox, 1)
    case.load()
    assert case.state() != before
    assert case.state("cti") == theirs


@each_source
def test_each_run_is_in_the_ledger(case: Case) -> None:
    """One row for each table, with the rows that stand."""
    written: dict[str, int] = dict(case.ledger("table_name, rows_written"))
    assert written == {table: len(case.rows(table)) for table in written}
    assert set(written) == set(case.tables)
    for verdict, client, window, times, error in case.ledger(
        "verdict, client_id, window_start <= window_end, started_at < finished_at, error"
    ):
        assert verdict in ("ok", "expected-empty")
        assert (client, window, times, error) == ("713", True, True, None)


def load_thrice(source: str, project: Project) -> None:
    """Load while the data moves on twice, and nobody disturbs it."""
    with filled(source) as sandbox:
        prepare(project, source, sandbox)
        for step in (0, 1, 2):
            if step:
                SAMPLES[source].move(sandbox, step)
            project.succeed("load", source, *DECEMBER)


# each source and each way of landing rows dies at each point, and each point on both engines
KILLED_AT = [
    (source, point, ("dev", "prod")[(row + column) % 2])
    for row, source in enumerate(SOURCES)
    for column, point in enumerate(POINTS)
]


@pytest.mark.slow
@pytest.mark.parametrize(("source", "point", "target"), KILLED_AT)
def test_a_killed_load_is_made_good_by_the_next(point: str, case: Case, prepared: Prepared) -> None:
    loaded = prepared(f"{case.source}_thrice", "dev", partial(load_thrice, case.source))
    expected = replace(case, project=loaded).state()
    runs = len(case.ledger("1"))
    case.sample.move(case.sandbox, 1)
    killed = case.project.start(point, "load", case.source, *DECEMBER, program=KILLED)
    said, _ = killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL, said
    assert len(case.ledger("1")) == runs, "no row means not loaded"
    case.sample.move(case.sandbox, 2)
    case.load()
    assert case.state() == expected


@each_source
def test_a_row_that_cannot_be_read_is_kept_aside(case: Case) -> None:
    """With its source, table, client, place and reason; the rest is loaded."""
    before = case.state()
    case.sample.spoil(case.sandbox)
    said = case.load()
    assert "1 rejected, see ops.rejected_rows" in said
    ((source, client_id, table, origin, line, reason),) = case.project.query(
        "select source, client_id, table_name, origin, line, reason from ops.rejected_rows"
    )
    assert (source, client_id) == (case.source, "713")
    assert origin
    assert line > 0
    assert reason
    assert len(case.rows(table)) >= len(before[table]) - 1
    assert dict(case.ledger("table_name, rows_rejected"))[table] == 1


@pytest.mark.parametrize(
    ("source", "target"), [*((name, "dev") for name in SOURCES), ("mautic", "prod")]
)
def test_a_row_that_can_be_read_now_is_replayed_once(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a newer release, to which n/a says something, or as its source corrected it."""
    case.sample.spoil(case.sandbox)
    case.load()
    before = sum(map(len, case.state().values()))
    former = (
        SOURCES[case.source].tables[0].replaces == "key"
    )  # of which an earlier version is there
    for service in case.sandbox.services.values():
        service.faults.clear()
    case.sample.mend(case.sandbox)
    for kind, meant in MEANT.items():
        fitter = FITTERS[kind]
        reads = partial(lambda fitter, meant, v: fitter(meant if v == "n/a" else v), fitter, meant)
        monkeypatch.setitem(FITTERS, kind, reads)
    for _ in range(2):
        said = case.project.run("dead-letters", "replay", "--source", case.source)
        assert said.exit_code == 0, said.output
        assert sum(map(len, case.state().values())) == before + (0 if former else 1)
    if case.source == "mautic":
        sent = "select 1 from mautic.email_stats where date_sent = '2025-12-05 12:00:00+00'"
        assert len(case.project.query(sent)) == 1
    assert case.project.query("select 1 from ops.rejected_rows where replayed_at is null") == (
        [(1,)] if case.source in READ_AGAIN else []
    )


@each_source
def test_too_many_requests_are_waited_for(case: Case) -> None:
    before = case.state()
    case.sample.limited(case.sandbox, 1)
    case.load()
    assert case.state() == before


@each_source
@pytest.mark.parametrize("disturbed", ["limited", "slow", "garbled"])
def test_what_cannot_be_read_is_told_and_nothing_is_landed(
    disturbed: str, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that names the source, exit code 1, a run that failed, the rows as they were."""
    monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.1")
    monkeypatch.setattr("loaders.files.bucket.READ_TIMEOUT", 0.1)
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "2")
    before, runs = case.state(), len(case.ledger("1"))
    disturb = getattr(case.sample, disturbed)
    disturb(case.sandbox) if disturbed == "garbled" else disturb(case.sandbox, None)
    said = case.load(exit_code=1)
    assert case.state() == before
    failed = [(verdict, error) for verdict, error in case.ledger("verdict, error")[runs:] if error]
    assert failed
    for verdict, error in failed:
        assert verdict == "failed"
        assert "\n" not in error
        assert "Traceback" not in error
    assert f"{case.source}" in said
    case.sandbox.s3_exports.faults.clear()
