"""People are told in one message what is new, and what they were told is remembered."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from loaders import clock
from loaders.errors import LoadError
from loaders.redaction import conceal
from loaders.warehouse import DuckDB, Warehouse
from sandbox.server import Sandbox
from sandbox.slack import texts_of
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.operations.alerts import reconcile
from signalroom.operations.notify.outbox import Outbox
from signalroom.operations.problem import Problem
from tests.signalroom.operations.notify.conftest import NOW, variables
from tests.signalroom.operations.notify.test_channels import CLIENT
from tests.support import Project, on_both_targets

pytestmark = pytest.mark.from_nothing
HOUR = timedelta(hours=1)
EVERFLOW = Problem(
    "load 713 everflow", "713", "critical", "Everflow is not loaded",
    "GET https://api.eflow.team answered HTTP 500 <b>*down*</b>", NOW - 26 * HOUR,
    "signalroom status --client 713",
)  # fmt: skip
CPA = replace(EVERFLOW, key="cpa 713 ccw", severity="warning", title="CCW's CPA is $40", text="")
DISK = replace(EVERFLOW, key="disk", client_id="", title="The disk is full")


class People:
    """Runs, and what people got of them."""

    def __init__(self, project: Project, sandbox: Sandbox, *services: str) -> None:
        self.sandbox = sandbox
        self.settings = Settings(project.root, project.environ | variables(sandbox, *services))
        self.warehouse: Warehouse = self.settings.warehouse("prod" if project.database else "dev")
        self.now, self.said = NOW, list[str]()
        self.clients: list[Client] = [CLIENT]

    def run(self, *problems: Problem) -> int:
        """A run in which these problems stand; the next is an hour later."""
        self.said.clear()
        unsent = reconcile(
            self.settings, self.warehouse, self.clients, problems, now=self.now,
            say=self.said.append,
        )  # fmt: skip
        self.now += HOUR
        return unsent

    def got(self) -> tuple[list[str], list[str], list[str]]:
        """Titles in Slack, subjects of mail, and text messages since it was last asked."""
        found = (
            [one["text"] for one in self.sandbox.slack.messages],
            [one["subject"] for one in self.sandbox.resend.messages],
            [one["Body"] for one in self.sandbox.twilio.messages],
        )
        for service in self.sandbox.messaging:
            service.messages.clear()
        return found


@pytest.fixture
def people(project: Project, sandbox: Sandbox, waits: list[float]) -> Callable[..., People]:
    return lambda *services: People(project, sandbox, *services)


@on_both_targets
def test_one_message_a_channel_and_client(people: Callable[..., People], sandbox: Sandbox) -> None:
    some = people("slack", "resend", "twilio")
    assert some.run(EVERFLOW, CPA, DISK) == 0
    whole = "\n".join(texts_of(sandbox.slack.messages[-1]))
    assert "New, critical, Everflow is not loaded" in whole
    assert "answered HTTP 500 &lt;b&gt;*down*&lt;/b&gt;" in whole
    assert "since 2025-12-18 05:00 EST" in whole
    assert "look at it: signalroom status --client 713" in whole
    name = CLIENT.name
    titles = ["SignalRoom: The disk is full", f"{name}, problems: 2 new"]
    slack, mail, (disk, load) = some.got()
    assert slack == mail == titles
    assert disk.startswith("SignalRoom: The disk is full\n")
    assert load.startswith(f"{name}: Everflow is not loaded\n")  # of the two the critical one
    assert "look at it: signalroom status --client 713" in load
    assert some.run(EVERFLOW, CPA, DISK) == 0
    assert some.got() == ([], [], [])
    some.run(EVERFLOW)
    recovered = ["SignalRoom: recovered: The disk is full", f"{name}: recovered: CCW's CPA is $40"]
    assert some.got() == (recovered, recovered, [])
    some.now += 24 * HOUR
    some.run(EVERFLOW)
    assert some.got()[0] == [f"{name}: still open: Everflow is not loaded"]
    assert some.said == ["still open: Everflow is not loaded (since 2025-12-18 05:00 EST)"]


def test_a_channel_that_fails_is_told_on_the_others_at_once(
    people: Callable[..., People], sandbox: Sandbox
) -> None:
    some = people("slack", "resend")
    sandbox.slack.faults.on("refused", status=404, reason="no_service")
    assert some.run(EVERFLOW) == 1
    title = f"{CLIENT.name}: Slack did not take a message"
    assert some.got()[:2] == ([], [f"{CLIENT.name}: Everflow is not loaded", title])
    command = "signalroom notify test --channel slack --client 713"
    assert some.said[-1].endswith(f"refused, HTTP 404: no_service; {command}")
    assert some.run(EVERFLOW) == 0
    assert some.got() == ([], [], [])
    sandbox.slack.faults.clear()
    some.run()  # what it carries is its own recovery
    slack, mail, _ = some.got()
    assert slack == [f"{CLIENT.name}: recovered: Everflow is not loaded"]
    assert mail == [*slack, f"{CLIENT.name}: recovered: Slack did not take a message"]


def test_a_channel_that_is_set_up_wrongly_stops_no_other(
    people: Callable[..., People], sandbox: Sandbox
) -> None:
    some = people("slack", "twilio")
    some.settings = Settings(
        some.settings.root, {**some.settings.environ, "TWILIO_TO": "0155", "RESEND_TO": "a@b.c"}
    )
    assert some.run(EVERFLOW) == 0
    title = f"{CLIENT.name}: Everflow is not loaded"
    assert some.got() == (["SignalRoom, problems: 2 new", title], [], [])
    assert sum("TWILIO_TO must be a number" in line for line in some.said) == 1


def test_without_a_channel_it_is_in_the_log_alone(people: Callable[..., People]) -> None:
    some = people()
    assert some.run(EVERFLOW) == 0
    assert some.said == ["new: Everflow is not loaded (since 2025-12-18 05:00 EST)"]
    assert some.run(EVERFLOW) == 0
    assert some.said == []


def test_what_is_written_is_sent_once_by_the_next_run(
    people: Callable[..., People], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies after it has noted what people know has not told them yet."""

    def die(_: Any) -> None:
        raise KeyboardInterrupt

    some = people("slack", "resend", "twilio")
    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "deliver", die)
        with pytest.raises(KeyboardInterrupt):
            some.run(EVERFLOW)
    assert some.got() == ([], [], [])
    some.run(EVERFLOW)
    assert [len(messages) for messages in some.got()] == [1, 1, 1]


def test_a_warehouse_out_of_reach_is_told_by_mail_once_a_day(
    people: Callable[..., People], sandbox: Sandbox
) -> None:
    some = people("slack", "resend")
    some.warehouse = DuckDB(some.settings.root / "data")  # a folder
    for _ in range(2):
        with pytest.raises(LoadError, match="cannot open"):
            some.run(EVERFLOW)
    slack, mail, _ = some.got()
    assert slack == []
    assert [title.startswith("SignalRoom: no alerts, as ") for title in mail] == [True]
    sandbox.resend.faults.on("server_error")
    some.now += 24 * HOUR
    with pytest.raises(LoadError):
        some.run(EVERFLOW)
    assert "failed HTTP 500" in some.said[-1]


@pytest.mark.slow
def test_a_process_that_is_killed_while_slack_answers(project: Project, sandbox: Sandbox) -> None:
    project.environ |= variables(sandbox, "slack")
    sandbox.slack.faults.on("slow", seconds=1, times=1)
    running = project.start("notify", "test", "--client", "713")
    until = time.monotonic() + 60
    while not sandbox.slack.requests and time.monotonic() < until:
        time.sleep(0.01)
    running.kill()
    assert running.wait(60) == -9
    while not sandbox.slack.messages and time.monotonic() < until:
        time.sleep(0.01)
    said = project.succeed("notify", "test", "--client", "713")
    assert "client 713, slack: sent" in said
    assert len(sandbox.slack.messages) == 2
    states = project.query("select state, reason from ops.notifications order by created_at")
    assert states == [("unknown", "the process died before it had the answer"), ("sent", None)]


@on_both_targets
def test_list_and_snooze(
    people: Callable[..., People], project: Project, sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    some: People = people("slack")
    monkeypatch.setattr(clock, "now", lambda: some.now)
    assert project.run("alerts", "list").output.startswith("No run has looked for alerts in ")
    assert project.run("alerts", "snooze", CPA.key, "--for", "8h").exit_code == 1
    some.run()
    assert project.run("alerts", "list").output.startswith("No alert is open in ")
    sandbox.slack.faults.on("refused", status=403, reason="action_prohibited", times=1)
    some.run(EVERFLOW, CPA)
    listed = json.loads(project.run("alerts", "list", "--format", "json").output)
    opened, unsent = listed
    assert [(row["key"], row["severity"], row["state"]) for row in opened["rows"]] == [
        (EVERFLOW.key, "critical", "open"),
        (CPA.key, "warning", "open"),
        ("notify 713 slack", "warning", "open"),
    ]
    assert unsent["rows"][0]["reason"] == "HTTP 403: action_prohibited"
    assert project.run("alerts", "snooze", "nothing", "--for", "8h").exit_code == 1
    assert project.run("alerts", "snooze", CPA.key).exit_code == 2
    said = project.run("alerts", "snooze", CPA.key, "--for", "36h")
    assert said.output == f"{CPA.key}: snoozed until 2025-12-21 02:00 UTC\n"
    assert "is snoozed until 2025-12-21 02:00" in project.run("alerts", "list").output
    some.now += 24 * HOUR
    some.run(EVERFLOW, CPA)
    assert some.got()[0] == [f"{CLIENT.name}: still open: Everflow is not loaded"]
    slip = project.run("alerts", "snooze", CPA.key, "--until", "2025-12-20")
    assert (slip.exit_code, "--until 2025-12-20 is over" in slip.output) == (2, True)
    assert project.run("alerts", "snooze", CPA.key, "--for", "0m").output.endswith(
        ": not snoozed\n"
    )
    some.run(EVERFLOW, CPA)
    assert some.got()[0] == [f"{CLIENT.name}: still open: CCW's CPA is $40"]


def test_no_secret_is_kept_or_told(people: Callable[..., People], sandbox: Sandbox) -> None:
    conceal("SUPERSECRET-0001")
    some = people("slack")
    some.run(replace(EVERFLOW, text="with the key SUPERSECRET-0001"))
    kept = some.warehouse.query("select * from ops.alerts")
    assert "with the key ***" in repr(kept)
    assert "SUPERSECRET" not in repr((kept, sandbox.slack.messages, some.said))
