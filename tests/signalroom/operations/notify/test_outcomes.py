"""What a service does to a message is known afterwards: sent, refused, failed, or unknown."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from signalroom.operations.notify.channels import Channel, Channels
from signalroom.operations.notify.message import Message, Picture, Section
from tests.signalroom.operations.notify.conftest import service_of, took_at_last, variables

SERVICES = {"slack": "slack", "bot": "bot", "email": "resend", "sms": "twilio"}
HOSTILE = "<!channel> & *<https://evil.example|click>*\n\x1b[2J\u202egnp " + "é" * 9_000
MESSAGE = Message("Load failed", [Section("Since 7:00", ["Everflow answered HTTP 500"])])


def channel_of(sandbox: Sandbox, name: str, **changes: str) -> Channel:
    environ = variables(sandbox, SERVICES[name]) | changes
    found = Channels.of(Settings(Path(), environ), None)
    assert not found.broken
    (channel,) = found.on.values()
    return channel


def send(
    channel: Channel, message: Message = MESSAGE, key: str = "a key"
) -> tuple[str, str, float]:
    ((_, payload),) = channel.payloads(message)
    outcome = channel.send(payload, key)
    return outcome.state, outcome.reason, outcome.wait


# a fault of the service, what comes of it, what is said, and how many messages it took
Case = tuple[str, dict[str, Any], str, str, int]
EVERY: list[Case] = [
    ("rate_limited", {"retry_after": 3}, "failed", "429", 0),
    ("rate_limited", {}, "failed", "429", 0),
    ("server_error", {"status": 500}, "failed", "500", 0),
    ("error_page", {"status": 503}, "failed", "503", 0),
    ("error_page", {"status": 502}, "unknown", "502", 0),
    ("error_page", {"status": 504}, "unknown", "504", 0),
    ("error_page", {"status": 301}, "refused", "a redirect", 0),
    ("error_page", {"status": 404}, "refused", "404: <!doctype", 0),
    ("connection_dropped", {}, "unknown", "closed connection", 0),
    ("answer_lost", {}, "unknown", "closed connection", 1),
    ("slow", {"seconds": 1}, "unknown", "timed out", 1),
]
OWN: dict[str, list[Case]] = {
    "slack": [
        ("refused", {"status": 403, "reason": "action_prohibited"}, "refused", "prohibited", 0),
        ("refused", {"status": 403, "reason": "invalid_token"}, "refused", "invalid_token", 0),
        ("refused", {"status": 404, "reason": "no_service"}, "refused", "no_service", 0),
        ("refused", {"status": 410, "reason": "channel_is_archived"}, "refused", "archived", 0),
        ("error_page", {"status": 200}, "refused", "200: <!doctype", 0),
        ("half_accepted", {"body": "ok, but"}, "refused", "200: ok, but", 1),
        ("half_accepted", {"body": ""}, "refused", "200: nothing", 1),
    ],
    "bot": [
        ("refused", {"status": 200, "reason": "is_archived"}, "refused", "is_archived", 0),
        ("refused", {"status": 200, "reason": "token_revoked"}, "refused", "token_revoked", 0),
        ("refused", {"status": 200, "reason": "fatal_error"}, "failed", "fatal_error", 0),
        ("error_page", {"status": 200}, "refused", "200: <!doctype", 0),
        ("half_accepted", {"body": "ok"}, "refused", "200: ok", 1),
    ],
    "email": [
        ("refused", {"status": 403, "reason": "invalid_api_key"}, "refused", "invalid_api_key", 0),
        ("refused", {"status": 401, "reason": "validation_error: API key is invalid"},
         "refused", "API key is invalid", 0),
        ("refused", {"status": 400, "reason": "validation_error: API key is invalid"},
         "refused", "API key is invalid", 0),
        ("refused", {"status": 401, "reason": "restricted_api_key"}, "refused", "restricted", 0),
        ("refused", {"status": 429, "reason": "daily_quota_exceeded"}, "refused", "quota", 0),
        ("refused", {"status": 429, "reason": "monthly_quota_exceeded"}, "refused", "quota", 0),
        ("refused", {"status": 429, "reason": "rate_limit_exceeded"}, "failed", "429", 0),
        ("refused", {"status": 409, "reason": "concurrent_idempotent_requests"},
         "failed", "concurrent", 0),
        ("refused", {"status": 451, "reason": "security_error"}, "refused", "security_error", 0),
        ("half_accepted", {"body": '{"id": "1", "errors": [{"message": "no such box"}]}'},
         "refused", "no such box", 1),
        ("half_accepted", {"body": "<html>"}, "unknown", "without an id: <html>", 1),
        ("error_page", {"status": 200}, "unknown", "without an id", 0),
    ],
    "sms": [
        ("refused", {"status": 401, "reason": "20003"}, "refused", "20003: Authenticate", 0),
        ("refused", {"status": 400, "reason": "21610"}, "refused", "21610: Attempt", 0),
        ("refused", {"status": 400, "reason": "21611"}, "failed", "21611", 0),
        ("half_accepted", {"body": "<html>"}, "unknown", "201 without a sid: <html>", 1),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "case"), [(name, one) for name in SERVICES for one in (*EVERY, *OWN[name])]
)
def test_what_a_service_does_is_known(sandbox: Sandbox, quick: None, name: str, case: Case) -> None:
    fault, options, state, reason, accepted = case
    service = service_of(sandbox, name)
    service.faults.on(fault, times=1, **options)
    found, said, wait = send(channel_of(sandbox, name))
    took_at_last(service, accepted)  # a slow one takes it when nobody waits for it any more
    assert (found, len(service.messages)) == (state, accepted), said
    assert reason in said
    assert wait == options.get("retry_after", 0)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    ("url", "outcome", "said"),
    [
        ("http://127.0.0.1:9/a", "failed", "Connection refused"),
        ("http://no.such.host.invalid/a", "failed", "gaierror"),
        ("http://[a", "refused", "not a valid host"),
        (f"http://{'a' * 70}.example/a", "refused", "label"),
    ],
)
def test_what_nobody_answers_was_not_sent(
    sandbox: Sandbox, name: str, url: str, *, outcome: str, said: str
) -> None:
    variable = {"slack": "SLACK_WEBHOOK_URL", "bot": "SLACK_BASE_URL", "email": "RESEND_BASE_URL",
                "sms": "TWILIO_BASE_URL"}[name]  # fmt: skip
    state, reason, _ = send(channel_of(sandbox, name, **{variable: url}))
    assert (state, said in reason) == (outcome, True), reason


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("slack", {"SLACK_WEBHOOK_URL": "{slack}/services/T713/B713/another-key"}, "no_service"),
        ("slack", {"SLACK_WEBHOOK_URL": "{slack}/services/T9/B713/sandbox-slack-713"}, "no_team"),
        ("bot", {"SLACK_BOT_TOKEN": "xoxb-another"}, "invalid_auth"),
        ("bot", {"SLACK_CHANNEL": "#elsewhere"}, "channel_not_found"),
        ("email", {"RESEND_API_KEY": "another-key"}, "invalid_api_key: API key is invalid"),
        ("email", {"RESEND_FROM": "a@elsewhere.example"}, "elsewhere.example domain is not verif"),
        ("sms", {"TWILIO_AUTH_TOKEN": "another-token"}, "20003: Authenticate"),
        ("sms", {"TWILIO_TO": "+15005550001"}, "21211: The 'To' number"),
        ("sms", {"TWILIO_FROM_NUMBER": "+15005550007"}, "21606"),
    ],
)
def test_what_is_set_up_wrongly_is_refused_in_the_services_words(
    sandbox: Sandbox, name: str, changes: dict[str, str], reason: str
) -> None:
    aimed = {key: value.format(slack=sandbox.url("slack")) for key, value in changes.items()}
    state, said, _ = send(channel_of(sandbox, name, **aimed))
    assert (state, reason in said) == ("refused", True), said
    assert not service_of(sandbox, name).messages


def test_a_key_keeps_a_second_mail_away(sandbox: Sandbox) -> None:
    channel = channel_of(sandbox, "email")
    sandbox.resend.faults.on("answer_lost", times=1)
    assert [send(channel)[0] for _ in range(2)] == ["unknown", "sent"]
    assert len(sandbox.resend.messages) == 1
    state, said, _ = send(channel, Message("Another"))
    assert (state, "invalid_idempotent_request" in said) == ("refused", True)
    assert send(channel, Message("Another"), "another key")[0] == "sent"


def test_a_text_message_whose_answer_was_lost_is_found(sandbox: Sandbox) -> None:
    channel = channel_of(sandbox, "sms")
    ((_, payload),) = channel.payloads(MESSAGE)
    assert not channel.found(payload)
    sandbox.twilio.faults.on("answer_lost", times=1)
    assert channel.send(payload, "").state == "unknown"
    assert channel.found(payload)
    assert not channel.found(payload | {"Body": "another text"})


def test_a_bots_picture_follows_its_message(sandbox: Sandbox) -> None:
    pictures = [Picture("ccw.png", "CCW, December 18", b"\x89PNG..")] * 2
    channel = channel_of(sandbox, "bot")
    assert send(channel, Message("The day", pictures=pictures))[0] == "sent"
    said, files = sandbox.slack.messages
    assert said["text"] == "The day"
    assert [one["title"] for one in files["files"]] == ["CCW, December 18"] * 2
    assert list(sandbox.slack.uploads.values()) == [b"\x89PNG.."] * 2
    for path in ("getUploadURL", "/upload/", "completeUpload"):
        sandbox.slack.faults.on("server_error", path=path, times=1)
        state, reason, _ = send(channel, Message("The day", pictures=pictures))
        assert (state, "the picture is not: HTTP 500" in reason) == ("refused", True)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("sections", [1, 80])
def test_no_text_breaks_a_limit_or_steers(sandbox: Sandbox, name: str, sections: int) -> None:
    section = Section(HOSTILE, [HOSTILE] * 3, [(HOSTILE, HOSTILE)] * 12)
    message = Message(HOSTILE, [section] * sections)
    assert send(channel_of(sandbox, name), message)[0] == "sent"
    (sent,) = service_of(sandbox, name).messages
    text = repr(sent) if name != "email" else sent["html"]
    assert "<!channel>" not in text or name == "sms"
    assert "<https:" not in text or name == "sms"
    for raw in ("\x1b", "\u202e"):
        assert raw not in text
    if name == "email":
        assert (len(sent["subject"]), "\n" in sent["subject"]) == (150, False)


def test_a_mail_carries_its_pictures_where_the_page_names_them(sandbox: Sandbox) -> None:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"] = "The day"
    mail.set_content("in words")
    mail.add_alternative('<img src="cid:one">', subtype="html")
    *_, page = mail.iter_parts()
    page.add_related(b"png", "image", "png", cid="<one>", filename="one.png", disposition="inline")
    assert send(channel_of(sandbox, "email"), Message("", mail=mail))[0] == "sent"
    (sent,) = sandbox.resend.messages
    (picture,) = sent["attachments"]
    assert picture == {"filename": "one.png", "content": b64encode(b"png").decode(),
                       "content_type": "image/png", "content_id": "one"}  # fmt: skip
    assert (sent["subject"], sent["text"]) == ("The day", "in words\n")


def test_every_fault_of_the_sandbox_is_tried(sandbox: Sandbox) -> None:
    for name in SERVICES:
        tried = {fault for fault, *_ in (*EVERY, *OWN[name])}
        assert tried == service_of(sandbox, name).faults.known.keys()
