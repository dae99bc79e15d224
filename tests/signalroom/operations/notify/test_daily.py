"""The daily summary leaves once when its day is complete, provisional at the deadline, or waits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from loaders import clock
from sandbox.server import Sandbox
from sandbox.slack import texts_of
from signalroom.config.settings import Settings
from signalroom.operations.gate import Gate
from signalroom.operations.notify.daily import not_final, send_daily, send_finals
from signalroom.operations.running.step import Context, StepResult
from signalroom.operations.running.telling import tell
from tests.signalroom.operations.notify.conftest import variables
from tests.signalroom.operations.notify.test_channels import CLIENT
from tests.signalroom.report.marts import DAY, NOW, Marts
from tests.support import Project

COMPLETE = Gate("713", DAY, True, (), False)
LATE = Gate("713", DAY, False, ("redtrack", "s3_exports: not read"), True)
WAITING = replace(LATE, is_provisional=False)


class Mornings:
    """Runs of one day, and what was sent by them."""

    def __init__(self, project: Project, sandbox: Sandbox, *services: str) -> None:
        self.marts, self.sandbox, self.now = Marts(project), sandbox, NOW
        self.marts.compare(
            conversions=(269, 260), spend=(2483.01, 2460), effective_cost=(6461.38, 6000),
            effective_cpa=("24.02", "23.08"), revenue=(10003.93, 9000), margin=(3542.55, 3000),
            cpa=("21.5", "21"),
        )  # fmt: skip
        self.settings = Settings(project.root, project.environ | variables(sandbox, *services))
        self.said: list[str] = []

    def run(self, gate: Gate) -> bool:
        warehouse = self.settings.warehouse("dev")
        self.now += timedelta(hours=1)
        self.said.clear()
        return send_daily(
            self.settings, warehouse, CLIENT, gate, now=self.now, say=self.said.append
        )

    def titles(self) -> list[str]:
        """Subjects of mail, and what Slack showed, since it was last asked."""
        found = [one["subject"] for one in self.sandbox.resend.messages]
        found += [one["text"] for one in self.sandbox.slack.messages if "text" in one]
        for service in self.sandbox.messaging:
            service.messages.clear()
        return found


@pytest.fixture
def mornings(project: Project, sandbox: Sandbox, waits: list[float]) -> Callable[..., Mornings]:
    return lambda *services: Mornings(project, sandbox, *services)


FINAL = "Client 713, December 18: CCW: 269 conversions at $24.02 effective CPA"
EARLY = "Client 713, December 18 (provisional): "


def test_it_waits_leaves_provisional_and_then_as_it_is(mornings: Callable[..., Mornings]) -> None:
    some = mornings("slack", "resend", "twilio")
    assert some.run(WAITING)
    assert some.titles() == []
    assert some.said == ["713: the summary of 2025-12-18 waits for redtrack, s3_exports: not read"]
    assert some.run(LATE)
    assert [title.startswith(EARLY) for title in some.titles()] == [True, True]
    assert some.run(LATE)
    assert some.titles() == []
    assert some.run(COMPLETE)
    final = FINAL.replace("18:", "18 (final):")
    assert [title.startswith(final) for title in some.titles()] == [True, True]
    for gate in (COMPLETE, LATE, COMPLETE):  # once each, and nothing provisional after it
        assert some.run(gate)
        assert some.titles() == []
    assert some.run(replace(COMPLETE, day=DAY - timedelta(1)))
    assert len(some.titles()) == 2


def test_a_day_that_is_complete_days_later_has_its_final_summary_then_once(
    mornings: Callable[..., Mornings], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = mornings("slack", "resend")
    for gate in (LATE, replace(COMPLETE, day=DAY - timedelta(1))):
        assert some.run(gate)
    some.titles()
    monkeypatch.setattr("signalroom.operations.running.telling._problems", lambda _: [])
    context = Context(some.settings, "dev", [CLIENT], "daily", "1")
    column = "alter table marts.daily_summary add column orders_complete boolean default"
    some.marts.project.execute(f"{column} false")
    for days in (2, 3, 40):
        monkeypatch.setattr(clock, "now", lambda days=days: NOW + timedelta(days))
        for _ in range(2):
            assert tell(context) == StepResult("ok")
        assert len(some.titles()) == (2 if days == 3 else 0)
        some.marts.project.execute("update marts.daily_summary set orders_complete = true")


def test_several_days_have_one_final_message(
    mornings: Callable[..., Mornings], sandbox: Sandbox
) -> None:
    some = mornings("slack", "resend")
    for back in (2, 1):
        some.run(replace(LATE, day=DAY - timedelta(back)))
    some.titles()
    warehouse = some.settings.warehouse("dev")
    days = not_final(warehouse, CLIENT, some.now)
    gates = [replace(COMPLETE, day=day) for day in days]
    assert send_finals(some.settings, warehouse, CLIENT, gates, now=some.now, say=some.said.append)
    (said,) = sandbox.slack.messages
    assert [text.split("*")[1] for text in texts_of(said) if "*" in text] == [
        "December 16",
        "December 17",
    ]
    assert some.titles() == ["Client 713, 2 days (final): December 16 to December 17"] * 2
    assert not_final(warehouse, CLIENT, some.now) == []
    for gate in gates:  # nor on its own
        assert some.run(gate)
    assert some.titles() == []


def test_what_failed_is_sent_by_the_next_run_and_said(
    mornings: Callable[..., Mornings], sandbox: Sandbox
) -> None:
    some = mornings("slack", "resend")
    sandbox.slack.faults.on("error_page", status=503)
    assert not some.run(COMPLETE)
    assert some.said[-1].endswith("failed, HTTP 503: <!doctype html><title>503</title>"
                                  "<h1>Something went wrong (sandbox)</h1>")  # fmt: skip
    assert len(some.titles()) == 1
    sandbox.slack.faults.clear()
    assert some.run(COMPLETE)
    assert [title.startswith(FINAL) for title in some.titles()] == [True]


def test_without_a_channel_it_says_so(mornings: Callable[..., Mornings]) -> None:
    some = mornings("twilio")
    assert some.run(COMPLETE)
    assert some.said[0].endswith("is not sent: neither Slack nor e-mail is set up")
    some.settings = replace(some.settings, environ={"RESEND_TO": "a@b.c"})
    assert not some.run(COMPLETE)


def test_a_bot_carries_the_picture_and_provisional_stands_everywhere(
    mornings: Callable[..., Mornings], sandbox: Sandbox
) -> None:
    some = mornings("bot", "resend")
    assert some.run(LATE)
    said, files = sandbox.slack.messages
    texts = list(texts_of(said))
    provisional = "Provisional: 2025-12-18 is provisional, without redtrack, s3_exports: not read."
    assert f"• {provisional}" in texts[1]
    assert "*Media CPA*\n$21.50 – 2 % above usual" in texts
    assert "*Conversions*\n269 – as usual" in texts
    (mail,) = sandbox.resend.messages
    (picture,) = mail["attachments"]
    assert f"cid:{picture['content_id']}" in mail["html"]
    assert files["files"] == [{"id": "F00000001", "title": "CCW, December 18 (provisional)"}]
    (png,) = sandbox.slack.uploads.values()
    assert png is not None
    assert png.startswith(b"\x89PNG")
    assert provisional in mail["text"].replace("\n", " ")
    assert "Media CPA" in mail["html"]


def test_labels_from_outside_stay_text(mornings: Callable[..., Mornings], sandbox: Sandbox) -> None:
    some = mornings("slack", "resend")
    some.marts.project.execute(
        "update marts.summary_comparisons set advertiser_label = '<!channel> <b>&\u202e' || chr(10)"
    )
    assert some.run(COMPLETE)
    (said,), (mail,) = sandbox.slack.messages, sandbox.resend.messages
    for text in (*texts_of(said), said["text"], mail["html"]):
        assert "<!channel>" not in text
        assert "\u202e" not in text
    assert "&lt;!channel&gt; &lt;b&gt;&amp;" in mail["html"]
