"""A run of a day: what is kept of it, and what a later one makes of that."""

import json
import signal
import time
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial

import pytest
from click.testing import CliRunner

from loaders import clock
from sandbox.server import Sandbox
from signalroom.cli import main
from signalroom.config.settings import Settings
from signalroom.operations.running.execute import execute
from signalroom.operations.running.process import attempt
from signalroom.operations.running.run import Asked, Outcome, carry_out, prepare, run_now
from signalroom.operations.running.step import Context, Step, StepResult
from tests.signalroom.operations.running.conftest import FAILED, MORNING, OK, step
from tests.support import DECEMBER, Project, on_both_targets

HERE = partial(execute, attempt=attempt, wait=lambda _: None)
SUMMARY = (
    "create schema marts",
    "create table marts.daily_summary as select '713' as client_id, "
    "cast('2025-12-18' as date) as report_date, true as is_complete, "
    "cast(null as text) as incomplete_reason, true as orders_complete, "
    "cast(null as text) as orders_incomplete_reason",
)


class Nights:
    """The runs of a project on one night after the other; no step of the chain is in them."""

    def __init__(self, settings: Settings, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.target = settings, target
        self.now = MORNING
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def run(self, *steps: Step, asked: Asked | None = None, resume: bool = False) -> Outcome:
        task = prepare(self.settings, self.target, asked or Asked(), steps, resume=resume)
        self.now += timedelta(minutes=1)
        return carry_out(task, say=lambda _: None, doing=HERE)


@pytest.fixture
def nights(settings: Settings, target: str, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(settings, target, monkeypatch)


@on_both_targets
def test_what_happened_is_kept_also_of_a_failed_step(nights: Nights, project: Project) -> None:
    done = StepResult("ok", "as it should", 7)
    nights.run(step("clicks", lambda _: FAILED), step("copy", lambda _: done))
    ((kind, client, day, status, took),) = project.query(
        "select kind, client_id, day, status, finished_at - started_at from ops.runs"
    )
    assert (kind, client, day, status) == ("daily", "", date(2025, 12, 18), "failed")
    assert took == timedelta(minutes=1)
    assert project.query(
        "select step, status, attempts, rows, message from ops.run_steps order by step"
    ) == [
        ("clicks", "failed", 1, None, "its key is wrong"),
        ("copy", "ok", 1, 7, "as it should"),
    ]


@on_both_targets
def test_a_failed_run_is_gone_on_with(nights: Nights, project: Project) -> None:
    done: list[str] = []

    def noted(name: str, result: StepResult) -> Step:
        return step(name, lambda _: done.append(name) or result)  # type: ignore[func-returns-value]

    first = nights.run(noted("files", OK), noted("clicks", FAILED))
    again = nights.run(noted("files", OK), noted("clicks", OK), resume=True)
    assert done == ["files", "clicks", "clicks"]
    assert again.run.run_id == first.run.run_id
    assert [one.step for one in again.steps] == ["files", "clicks"]
    assert project.query("select status from ops.runs") == [("ok",)]
    assert len(project.query("select step from ops.run_steps")) == 2


@pytest.mark.parametrize(
    "asked", [Asked(only=("clicks",)), Asked(client_id="713"), Asked("hourly")]
)
def test_another_run_is_not_gone_on_with(asked: Asked, nights: Nights) -> None:
    first = nights.run(step("clicks", lambda _: FAILED))
    again = nights.run(step("clicks", kinds=("daily", "hourly")), asked=asked, resume=True)
    assert again.run.run_id != first.run.run_id


def test_nor_is_one_of_another_day_or_hour(nights: Nights) -> None:
    clicks = step("clicks", lambda _: FAILED, kinds=("daily", "hourly"))
    first = [nights.run(clicks), nights.run(clicks, asked=Asked("hourly"))]
    nights.now += timedelta(hours=1)
    assert nights.run(clicks, resume=True).run.run_id == first[0].run.run_id
    hourly = nights.run(clicks, asked=Asked("hourly"), resume=True)
    assert hourly.run.run_id != first[1].run.run_id
    nights.now += timedelta(days=1)
    assert nights.run(clicks, resume=True).run.run_id != first[0].run.run_id


@on_both_targets
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
@pytest.mark.slow
def test_a_run_that_was_killed_is_found_out_by_the_next(
    number: signal.Signals, code: int, project: Project, sandbox: Sandbox
) -> None:
    sandbox.everflow.faults.on("slow", seconds=4, times=1)
    sandbox.everflow.requests.clear()
    chain = ("run", *DECEMBER, "--only", "everflow,redtrack")
    killed = project.start(*chain)
    while not sandbox.everflow.requests:
        time.sleep(0.02)
    busy = project.succeed("run", "hourly")
    assert "another run is going on" in busy
    killed.send_signal(number)
    said, _ = killed.communicate(timeout=8)
    assert killed.returncode == code, said
    assert project.query("select status from ops.runs") == [("running",)]
    project.succeed("run", *DECEMBER, "--only", "redtrack")
    assert project.query("select status from ops.runs order by started_at") == [
        ("died",),
        ("ok",),
    ]
    again = json.loads(project.run(*chain, "--resume", "--json").stdout)
    assert [one["step"] for one in again["steps"]] == ["everflow", "redtrack"]
    assert project.query("select status from ops.runs order by started_at") == [("ok",), ("ok",)]


@on_both_targets
def test_a_day_with_a_good_run_that_is_complete_is_left_alone(
    nights: Nights, project: Project, settings: Settings, target: str
) -> None:
    def again(*, force: bool = False) -> Outcome | str:
        return run_now(settings, target, Asked(), [], say=lambda _: None, force=force)

    nights.run(step("clicks", lambda _: FAILED))
    assert isinstance(again(), Outcome)  # nothing was done, so all was well
    assert isinstance(again(), Outcome)  # no mart says that the day is complete
    project.execute(*SUMMARY)
    said = again()
    assert isinstance(said, str)
    assert said.startswith("2025-12-18 has a good run and is complete; nothing was done")
    assert isinstance(again(force=True), Outcome)
    nights.now += timedelta(days=1)
    assert isinstance(again(), Outcome)


@on_both_targets
def test_a_morning_waits_for_another_run_and_an_hour_does_not(
    nights: Nights, settings: Settings, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(asked: Asked) -> Outcome | str:
        return run_now(settings, target, asked, [], say=said.append)

    said: list[str] = []
    with ExitStack() as other:
        assert other.enter_context(settings.warehouse(target).alone("run"))
        monkeypatch.setattr(
            "signalroom.operations.running.run.sleep", lambda _seconds: other.close()
        )
        assert "another run is going on" in str(begin(Asked("hourly")))
        assert isinstance(begin(Asked()), Outcome)
    assert said[0] == "waiting for another run to end"  # later, for sessions that are being closed
    assert isinstance(begin(Asked("hourly")), Outcome)


def test_without_an_active_client_there_is_nothing_to_run(project: Project) -> None:
    path = project.root / "data/clients/713/config/client.toml"
    path.write_text(path.read_text().replace('status = "active"', 'status = "planned"'))
    done = project.run("run")
    assert (done.exit_code, "no client is active" in done.output) == (1, True)


def test_nights_without_a_run_are_named(nights: Nights) -> None:
    assert nights.run().missed == []
    nights.now += timedelta(days=3)
    assert nights.run(asked=Asked(only=("files",))).missed == []
    assert nights.run().missed == [date(2025, 12, 19), date(2025, 12, 20)]
    nights.now += timedelta(days=1)
    assert nights.run().missed == []


@on_both_targets
def test_a_warehouse_that_cannot_be_reached_is_said_and_told_by_mail(
    project: Project, target: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.environ("resend").items():
        monkeypatch.setenv(name, value)
    if target == "prod":
        monkeypatch.setenv("PGPORT", "1")
    else:
        project.warehouse.unlink()
        project.warehouse.mkdir()
    done = project.run("run", "--only", "everflow")
    assert done.exit_code == 1
    assert "Error: cannot " in done.output, done.output
    (mail,) = sandbox.resend.messages
    assert "cannot be used" in mail["subject"]


def test_a_run_whose_history_cannot_be_kept_is_no_good_one(
    nights: Nights, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signalroom.operations.running.history.PATIENCE", 0)

    def cut(_: Context) -> StepResult:
        project.warehouse.rename(project.root / "away")
        project.warehouse.mkdir()
        return OK

    outcome = nights.run(step("clicks", cut), step("copy"))
    assert [one.status for one in outcome.steps] == ["ok", "ok"]
    assert outcome.run.status == "failed"
    assert "cannot open" in outcome.run.message


def test_the_plan_is_shown_and_nothing_is_changed(project: Project) -> None:
    before = project.warehouse.read_bytes()
    said = project.run("run", "--dry-run", "--skip", "backup").output
    assert [line.split()[0] for line in said.splitlines()[2:]] == [
        *("s3_exports", "everflow", "redtrack", "posthog", "mautic", "google_sheets", "music"),
        *("mappings", "build", "report", "notify"),
    ]
    assert project.warehouse.read_bytes() == before


@pytest.mark.parametrize(("environ", "is_bold"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_on_a_terminal_titles_are_bold_unless_no_color_is_set(
    project: Project, environ: dict[str, str], is_bold: bool
) -> None:
    plan = CliRunner(env=environ).invoke(main, ["run", "--dry-run"], color=True)
    assert (plan.exit_code, "\x1b" in plan.output) == (0, is_bold)


def test_what_failed_stands_first_with_the_command_to_look_at_it(
    project: Project, sandbox: Sandbox
) -> None:
    sandbox.redtrack.faults.on("invalid_key")
    done = project.run("run", *DECEMBER, "--only", "everflow,redtrack")
    assert done.exit_code == 1
    head, *lines = done.output.partition("What failed:")[2].splitlines()[1:]
    assert head.startswith("redtrack failed: 713 redtrack: 2025-12-01..2025-12-18: failed")
    assert head.endswith("to look at it: `signalroom load redtrack`")
    assert [line.split()[:3] for line in lines[-2:]] == [
        ["everflow", "ok", "1"],
        ["redtrack", "failed", "1"],
    ]


def test_json_is_one_object_and_nothing_else(project: Project) -> None:
    done = project.run("run", "--only", "mappings,backup", "--json", "--resume")
    assert done.stderr.startswith("there is nothing to go on with")
    told = json.loads(done.stdout)
    assert (told["status"], [one["status"] for one in told["steps"]]) == ("ok", ["ok", "skipped"])
    assert "== mappings" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--only", "everflow,nothing"), "'nothing' is no step of a daily run: s3_exports, "),
        (("--skip", "snapshot"), "'snapshot' is no step of a daily run"),
        (("hourly", "--only", "report"), "'report' is no step of an hourly run: everflow, "),
        (("--only", "build", "--skip", "build"), "leave no step of a daily run"),
        (("hourly", "--start-date", "2025-12-01"), "an hourly run reads the running day"),
        (("hourly", "--full-refresh"), "an hourly run reads the running day"),
        (("--start-date", "2025-12-02", "--end-date", "2025-12-01"), "is before"),
        (("--full-refresh", "--start-date", "2025-12-02"), "no --start-date"),
        (("--end-date", "2099-01-01"), "2099-01-01 is in the future for client 713"),
        (("--dry-run", "--json"), "no --json"),
    ],
)
@pytest.mark.from_nothing
def test_wrong_usage_is_refused_before_anything_is_done(
    project: Project, arguments: tuple[str, ...], says: str
) -> None:
    done = project.run("run", *arguments)
    assert (done.exit_code, says in done.output) == (2, True), done.output
    assert not project.warehouse.exists()
