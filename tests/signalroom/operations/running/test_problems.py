"""What of a run asks for a person, and in which words."""

from datetime import timedelta

import pytest

from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from signalroom.operations.problem import Problem
from signalroom.operations.running.problems import problems
from signalroom.operations.running.step import Context
from signalroom.operations.running.steps import STEPS
from tests.signalroom.operations.running.conftest import FAILED, MORNING, OK, step
from tests.signalroom.operations.running.test_run import Nights
from tests.support import Project, on_both_targets

CHAIN = {one.name: one for one in STEPS}


@pytest.fixture
def nights(settings: Settings, target: str, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(settings, target, monkeypatch)


def found(nights: Nights, context: Context, *results: object) -> list[Problem]:
    """The problems as of a run of everflow and of a build."""
    build = step("build", lambda _: FAILED if "build" in results else OK)
    run = nights.run(CHAIN["everflow"], build).run
    return problems(context.warehouse, context.clients, run, nights.now)


@on_both_targets
def test_what_fails_is_told_once_with_since_when_and_what_to_run(
    nights: Nights, context: Context, sandbox: Sandbox
) -> None:
    prod = " --target prod" if context.target == "prod" else ""
    assert found(nights, context) == []
    sandbox.everflow.faults.on("invalid_key")
    nights.now += timedelta(hours=1)
    since = nights.now
    found(nights, context, "build")
    nights.now += timedelta(hours=1)
    load, build = found(nights, context, "build")
    assert (load.key, load.client_id, load.severity) == ("load 713 everflow", "713", "critical")
    assert load.title == "713 everflow fails"
    assert load.command == f"signalroom load everflow --client 713{prod}"
    assert "HTTP 401" in load.text
    assert load.text.endswith("\nlast good load 2025-12-19 12:01 UTC")  # the rest stands beside it
    assert (build.key, build.severity, build.text) == (
        "step build",
        "critical",
        "its key is wrong",
    )
    assert build.command == f"signalroom build{prod}"
    assert {load.since - since, build.since - since} == {timedelta(minutes=1)}
    sandbox.everflow.faults.clear()
    nights.now += timedelta(hours=1)
    assert found(nights, context) == []


def test_an_hour_without_a_step_of_the_morning_does_not_call_it_well(
    nights: Nights, context: Context
) -> None:
    found(nights, context, "build")
    nights.now += timedelta(hours=1)
    hourly = nights.run(CHAIN["everflow"]).run
    (build,) = problems(context.warehouse, context.clients, hourly, nights.now)
    assert build.key == "step build"


def test_a_source_without_a_valid_setting_is_told_by_its_step(
    nights: Nights, context: Context
) -> None:
    environ = context.settings.environ
    assert isinstance(environ, dict)
    environ["EVERFLOW_BASE_URL"] = "everflow"
    (only,) = found(nights, context)
    assert (only.key, only.client_id) == ("step everflow", "")
    assert "EVERFLOW_BASE_URL must start with https://" in only.text


def test_what_is_late_and_nights_without_a_run(nights: Nights, context: Context) -> None:
    found(nights, context)
    nights.now += timedelta(days=3)
    run = nights.run(step("build")).run
    late, missed = problems(context.warehouse, context.clients, run, nights.now)
    assert (late.key, late.title) == ("load 713 everflow", "713 everflow is late")
    assert late.text == "last good load 2025-12-19 12:01 UTC"
    assert late.since == MORNING + timedelta(minutes=1)
    assert (missed.key, missed.severity) == ("no run of 2025-12-19", "warning")
    assert missed.title == "no run of 2025-12-19, 2025-12-20"
    assert missed.command == "signalroom status"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("client_id", "everflow"), [("cti", ("ok", "")), ("713", ("skipped", "no client has it"))]
)
def test_a_client_that_cannot_be_read_is_told_and_holds_up_no_other(
    client_id: str, everflow: tuple[str, str], project: Project, sandbox: Sandbox
) -> None:
    project.environ |= sandbox.environ("resend") | {"TESTS_NOW": MORNING.isoformat()}
    path = project.root / f"data/clients/{client_id}/config/client.toml"
    path.write_text(path.read_text().replace("USD", "dollars"))
    running = project.start("run", "--only", "everflow,mappings,notify")
    said, _ = running.communicate(timeout=100)
    why = f"{path}, currency: must be three capitals, such as USD, not 'dollars'"
    assert running.returncode == 1, said
    assert f"{client_id} is left out: {why}" in said
    assert project.query("select status, message from ops.run_steps order by finished_at") == [
        everflow,
        ("failed", why),
        ("ok", ""),
    ]
    (mail,) = sandbox.resend.messages
    assert mail["subject"] == "SignalRoom: step mappings fails"
    assert why in mail["text"]
    assert why in project.run("run", "--client", client_id).output
    other = {"cti": "713", "713": "cti"}[client_id]
    assert project.run("run", "--dry-run", "--client", other).exit_code == 0
