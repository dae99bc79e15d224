"""A channel is on by its credentials, off without, and half of them is said by name."""

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from signalroom.config.clients import read_client
from signalroom.config.config_file import ConfigError
from signalroom.config.notifications import Notifications, read_notifications
from signalroom.config.settings import Settings
from signalroom.operations.notify.channels import Channels
from signalroom.operations.notify.message import Message
from tests.signalroom.operations.notify.conftest import variables
from tests.support import REPOSITORY, Project

SMS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM_NUMBER": "+15005550006"}
MAIL = {"RESEND_API_KEY": "key", "RESEND_FROM": "me@example.com"}
HOOK = "https://hooks.example/services/T/B/x"
CLIENT = read_client(REPOSITORY / "data/clients/713/config/client.toml")


def of(environ: dict[str, str], own: Notifications | None = None) -> Channels:
    client = replace(CLIENT, notifications=own) if own else None
    return Channels.of(Settings(Path(), environ), client)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb"}, "SLACK_CHANNEL not set, but SLACK_BOT_TOKEN"),
        ({"SLACK_CHANNEL": "#a"}, "SLACK_BOT_TOKEN not set, but SLACK_CHANNEL"),
        ({"SLACK_WEBHOOK_URL": "hooks.slack.com/x"}, "SLACK_WEBHOOK_URL must start with https://"),
        ({"SLACK_WEBHOOK_URL": HOOK, "SLACK_CHANNEL": "#a"}, "set SLACK_BOT_TOKEN in its place"),
        ({"SLACK_WEBHOOK_URL": HOOK, "SLACK_BOT_TOKEN": "x"}, "are both set; leave one"),
        ({"SLACK_BOT_TOKEN": "x", "SLACK_CHANNEL": "a b"}, "SLACK_CHANNEL must be a channel"),
        (MAIL, "RESEND_TO not set, but RESEND_API_KEY, RESEND_FROM"),
        (MAIL | {"RESEND_TO": "nobody"}, "RESEND_TO must be an address"),
        (MAIL | {"RESEND_TO": "a@b.c", "RESEND_FROM": "me"}, "RESEND_FROM must be an address"),
        (MAIL | {"RESEND_TO": ",".join(f"{n}@b.c" for n in range(51))}, "more than 50 addresses"),
        ({"RESEND_TO": "a@b.c"}, "RESEND_API_KEY, RESEND_FROM not set, but RESEND_TO"),
        (SMS, "TWILIO_TO not set, but TWILIO_ACCOUNT_SID"),
        (SMS | {"TWILIO_TO": "0155"}, "TWILIO_TO must be a number with its country"),
        (SMS | {"TWILIO_TO": "+15550100123", "TWILIO_FROM_NUMBER": "1"}, "TWILIO_FROM_NUMBER must"),
        (
            {"TWILIO_TO": "+15550100123"},
            "TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID, "[:-2],
        ),
        (SMS | {"TWILIO_TO": "+15550100123", "TWILIO_MESSAGING_SERVICE_SID": "MG"}, "are both set"),
    ],
)
def test_what_is_set_up_by_half_is_named(environ: dict[str, str], said: str) -> None:
    found = of(environ)
    (reason,) = found.broken.values()
    assert said in reason
    assert HOOK not in reason
    assert not found.on


def test_each_is_off_without_a_word(sandbox: Sandbox) -> None:
    assert of({}) == Channels({}, {})
    assert of({"RESEND_API_KEY": "  "}) == Channels({}, {})
    every = variables(sandbox, "slack", "resend", "twilio")
    assert list(of(every).on) == ["slack", "email", "sms"]
    broken = of(every | {"TWILIO_TO": "x"})  # one that is wrong stops no other
    assert (list(broken.on), list(broken.broken)) == (["slack", "email"], ["sms"])


def test_a_clients_own_recipients_and_credentials_win(sandbox: Sandbox) -> None:
    own = Notifications("#client", ("a@example.com",), ("+15550100999", "+15550100998"))
    every = variables(sandbox, "bot", "resend", "twilio")
    del every["TWILIO_TO"], every["RESEND_TO"], every["SLACK_CHANNEL"]
    found = of(every, own)
    assert not found.broken
    payloads = {kind: list(on.payloads(Message("Hi"))) for kind, on in found.on.items()}
    assert [to for to, _ in payloads["slack"]] == ["#client"]
    assert payloads["email"][0][1]["to"] == ["a@example.com"]
    assert [to for to, _ in payloads["sms"]] == ["+15550100999", "+15550100998"]
    assert len(of(every).broken) == 3  # what is about no client has nowhere to go
    hooks = {"SLACK_WEBHOOK_URL": HOOK, "SLACK_WEBHOOK_URL__713": "not an address"}
    assert (list(of(hooks).on), of(hooks, Notifications()).on) == (["slack"], {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("notifications = 1", "must be written as a [notifications] table"),
        ('[notifications]\ntelegram = "x"', "notifications, telegram: is not known"),
        ('[notifications]\nslack_channel = "two words"', "slack_channel: must be a channel"),
        ('[notifications]\nemail = "a@b.c"', "email: must be a list in brackets"),
        ('[notifications]\nemail = ["nobody"]', "email: must be an address"),
        ('[notifications]\nsms = ["0155"]', "sms: must be a number with its country"),
        ('[notifications]\nsms = ["+15550100123", "+15550100123"]', "sms: names one twice"),
    ],
)
def test_a_mistake_in_client_toml_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    import tomllib

    with pytest.raises(ConfigError) as refused:
        read_notifications(tmp_path, tomllib.loads(text)["notifications"])
    assert said in refused.value.message


@pytest.mark.from_nothing
def test_the_test_message_says_what_became_of_it(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = project.run("notify", "test")
    assert (said.exit_code, "every channel is off" in said.output) == (1, True)
    for name, value in variables(sandbox, "slack", "resend").items():
        monkeypatch.setenv(name, value)
    said = project.run("notify", "test")
    assert sorted(said.output.splitlines()) == [
        f"{whose}, {kind}: sent"
        for whose in ("SignalRoom itself", "client 713")
        for kind in ("email", "slack")
    ]
    assert said.exit_code == 0
    sandbox.slack.faults.on("refused", status=404, reason="no_service")
    monkeypatch.setenv("TWILIO_TO", "+15550100123")
    said = project.run("notify", "test", "--client", "713")
    assert said.exit_code == 1
    assert "client 713, sms: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN" in said.output
    assert "client 713, slack: refused, HTTP 404: no_service" in said.output
    assert "client 713, email: sent" in said.output
    assert project.run("notify", "test", "--channel", "email").exit_code == 0
