"""Slack, Resend and Twilio demand what the real ones do, and say so in the same words."""

from typing import Any

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.twilio import SERVICE_SID, sid_of

HOOK = "/services/T713/B713/sandbox-slack-713"
POST = "/api/chat.postMessage"
BOT = {"Authorization": "Bearer xoxb-sandbox-slack-713"}
KEY = {"Authorization": "Bearer sandbox-resend-713"}
MAIL: dict[str, Any] = {"from": "a@example.com", "to": ["b@c.d"], "subject": "s", "text": "t"}
SMS = {"To": "+15550100123", "From": "+15005550006", "Body": "Hi"}
SID = sid_of("713")
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
TWILIO: dict[str, Any] = {"auth": (SID, "sandbox-twilio-713")}


def block(kind: str, **content: Any) -> dict[str, Any]:
    return {"json": {"text": "t", "blocks": [{"type": kind, **content}]}}


def text(letters: int, kind: str = "mrkdwn") -> dict[str, str]:
    return {"type": kind, "text": "x" * letters}


CASES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("slack", HOOK, {"json": {"text": "t"}}, 200, "ok"),
    ("slack", HOOK, {"data": '{"text": "t"}'}, 400, "invalid_payload"),
    ("slack", HOOK, {"json": ["t"]}, 400, "invalid_payload"),
    ("slack", HOOK, {"json": {}}, 400, "no_text"),
    ("slack", "/services/T713/Bcti/sandbox-slack-713", {"json": {}}, 404, "no_service"),
    ("slack", HOOK, {"json": {"text": "t", "blocks": [{"type": "divider"}] * 51}}, 400,
     "invalid_blocks"),
    ("slack", HOOK, block("section", text=text(3_000)), 200, "ok"),
    ("slack", HOOK, block("section", text=text(3_001)), 400, "invalid_blocks"),
    ("slack", HOOK, block("section", fields=[text(2_000)] * 10), 200, "ok"),
    ("slack", HOOK, block("section", fields=[text(2_001)]), 400, "invalid_blocks"),
    ("slack", HOOK, block("section", fields=[text(1)] * 11), 400, "invalid_blocks"),
    ("slack", HOOK, block("section"), 400, "invalid_blocks"),
    ("slack", HOOK, block("header", text=text(150, "plain_text")), 200, "ok"),
    ("slack", HOOK, block("header", text=text(151, "plain_text")), 400, "invalid_blocks"),
    ("slack", HOOK, block("header", text=text(1)), 400, "invalid_blocks"),
    ("slack", HOOK, block("context", elements=[text(1)] * 11), 400, "invalid_blocks"),
    ("slack", POST, {"json": {"channel": "#reports", "text": "t"}}, 200, '"error": "not_authed"'),
    ("slack", POST, {"json": {"text": "t"}, "headers": BOT}, 200, '"channel_not_found"'),
    ("slack", POST, {"json": {"channel": "C713", "text": "t"}, "headers": BOT}, 200, '"ok": true'),
    ("slack", "/api/files.getUploadURLExternal", {"json": {"filename": "a"}, "headers": BOT}, 200,
     "invalid_arguments"),
    ("slack", "/api/files.completeUploadExternal",
     {"data": {"files": '[{"id": "F1"}]', "channel_id": "C713"}, "headers": BOT}, 200,
     "file_not_found"),
    ("resend", "/emails", {"json": MAIL}, 401, "missing_api_key"),
    ("resend", "/emails", {"json": MAIL, "headers": KEY | {"User-Agent": ""}}, 403, "1010"),
    ("resend", "/emails", {"data": MAIL, "headers": KEY}, 400, "validation_error"),
    ("resend", "/emails", {"json": MAIL | {"subject": ""}, "headers": KEY}, 422,
     "Missing `subject` field"),
    ("resend", "/emails", {"json": MAIL | {"to": ["a@b.c"] * 51}, "headers": KEY}, 422,
     "Invalid `to`"),
    ("resend", "/emails", {"json": MAIL | {"attachments": [{"filename": "a", "content": "?"}]},
                           "headers": KEY}, 422, "invalid_attachment"),
    ("resend", "/emails", {"json": MAIL, "headers": KEY | {"Idempotency-Key": "x" * 257}}, 400,
     "invalid_idempotency_key"),
    ("twilio", MESSAGES, {"data": SMS, **TWILIO}, 201, '"status": "queued"'),
    ("twilio", MESSAGES, {"data": {"To": SMS["To"], "MessagingServiceSid": SERVICE_SID,
                                   "Body": "Hi"}, **TWILIO}, 201, '"status": "accepted"'),
    ("twilio", MESSAGES, {"data": SMS}, 401, '"code": 20003'),
    ("twilio", MESSAGES.replace(SID, sid_of("cti")), {"data": SMS, **TWILIO}, 404, "20404"),
    ("twilio", MESSAGES, {"json": SMS, **TWILIO}, 400, '"code": 21604'),
    ("twilio", MESSAGES, {"data": SMS | {"From": ""}, **TWILIO}, 400, '"code": 21603'),
    ("twilio", MESSAGES, {"data": SMS | {"Body": ""}, **TWILIO}, 400, '"code": 21602'),
    ("twilio", MESSAGES, {"data": SMS | {"Body": "x" * 1_601}, **TWILIO}, 400, '"code": 21617'),
    ("twilio", MESSAGES, {"data": SMS | {"To": "+15005550004"}, **TWILIO}, 400, '"code": 21610'),
]  # fmt: skip


@pytest.mark.parametrize(("service", "path", "asked", "status", "said"), CASES)
def test_it_demands_what_the_service_does(
    sandbox: Sandbox, service: str, path: str, *, asked: dict[str, Any], status: int, said: str
) -> None:
    answered = requests.post(f"{sandbox.url(service)}{path}", timeout=10, **asked)
    assert (answered.status_code, said in answered.text) == (status, True), answered.text
    is_accepted = status == 201 or said in ("ok", '"ok": true')
    kept = requests.get(f"{sandbox.origin}/_sandbox/messages", timeout=10).json()
    assert len(kept[service]) == is_accepted
