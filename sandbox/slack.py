"""Slack: an incoming webhook, which answers in plain text, and the Web API of a bot with its files.

The webhook of an account ends in `sandbox-slack-<account>`, its bot's token is the same behind
`xoxb-`. The Web API says what is wrong with status 200, but for too many requests.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.data import ACCOUNTS
from sandbox.messages import Messages
from sandbox.service import RefusedError, answer, keys_of

MOST_BLOCKS, MOST_FIELDS, MOST_ELEMENTS = 50, 10, 10
TEXT, FIELD, HEADER, MESSAGE = 3_000, 2_000, 150, 40_000  # letters
_BOT = "xoxb-"


class Slack(Messages):
    """The fake of hooks.slack.com and slack.com/api; each account has one channel, #reports."""

    name = "slack"

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, bytes | None] = {}  # by the id of a file

    def add_routes(self, routes: Blueprint) -> None:
        for path, view in (
            ("/services/<team>/<hook>/<key>", self.webhook),
            ("/api/chat.postMessage", self.post_message),
            ("/api/files.getUploadURLExternal", self.begin_upload),
            ("/upload/v1/<file>", self.upload),
            ("/api/files.completeUploadExternal", self.end_upload),
        ):
            routes.add_url_rule(path, view_func=view, methods=["POST"])

    def reset(self) -> None:
        """Forget what was accepted, and the files."""
        super().reset()
        self.uploads.clear()

    def environ(self, url: str, account: str) -> dict[str, str]:
        return {
            "SLACK_WEBHOOK_URL": f"{url}/services/T{account}/B{account}/sandbox-slack-{account}"
        }

    def bot(self, url: str, account: str) -> dict[str, str]:
        """The variables of a bot, in place of the webhook."""
        return {
            "SLACK_BOT_TOKEN": f"{_BOT}sandbox-slack-{account}",
            "SLACK_CHANNEL": "#reports",
            "SLACK_BASE_URL": f"{url}/api",
        }

    def account_of_request(self) -> str:
        keys = keys_of(self.name)
        if "/upload/" in request.path:
            return "713"  # its address alone is the right to upload
        if self._is_webhook:
            team, hook, key = request.path.split("/")[-3:]
            account = keys.get(key, "")
            if team not in {f"T{known}" for known in ACCOUNTS}:
                raise RefusedError(404, "no_team")
            if (team, hook) != (f"T{account}", f"B{account}"):
                raise RefusedError(404, "no_service")
            return account
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            raise RefusedError(200, "not_authed")
        if token.removeprefix(_BOT) not in keys or not token.startswith(_BOT):
            raise RefusedError(200, "invalid_auth")
        return keys[token.removeprefix(_BOT)]

    # The webhook

    def webhook(self, **_: str) -> Response:
        asked = self._json()
        if asked is None:
            raise RefusedError(400, "invalid_payload")
        self._check(asked, "no_text")
        return self.accept(asked, Response("ok", mimetype="text/html"))

    # The bot

    def post_message(self) -> Response:
        asked = self._json()
        if asked is None:
            raise RefusedError(200, "invalid_json")
        channel = self._channel(asked.get("channel"))
        self._check(asked, "no_text")
        stamp = f"{self.now():.6f}"
        said = {"ok": True, "channel": channel, "ts": stamp, "message": {"type": "message"}}
        return self.accept(asked, answer(said))

    def begin_upload(self) -> Response:
        """Where to send a file; its name and length are a form, not JSON."""
        asked = request.form
        if not asked.get("filename") or not asked.get("length", "").isdecimal():
            raise RefusedError(200, "invalid_arguments")
        file = f"F{len(self.uploads) + 1:08d}"
        self.uploads[file] = None
        url = f"{request.host_url}{self.name}/upload/v1/{file}"
        return answer({"ok": True, "upload_url": url, "file_id": file})

    def upload(self, file: str) -> Response:
        if file not in self.uploads:
            raise RefusedError(404, "not found")
        self.uploads[file] = request.get_data()
        return Response(f"OK - {len(request.get_data())}", mimetype="text/plain")

    def end_upload(self) -> Response:
        """Share files; it takes JSON, and a form whose files are JSON."""
        asked = self._json() or request.form.to_dict()
        files = asked.get("files") or []
        files = json.loads(files) if isinstance(files, str) else files
        if not files or any(not self.uploads.get(str(file.get("id"))) for file in files):
            raise RefusedError(200, "file_not_found")
        if asked.get("channel_id") != f"C{g.account}":  # no name will do
            raise RefusedError(200, "channel_not_found")
        return self.accept({**asked, "files": files}, answer({"ok": True, "files": files}))

    # What both demand

    def _json(self) -> dict[str, Any] | None:
        if request.mimetype != "application/json":
            return None
        try:
            asked = json.loads(request.get_data())
        except ValueError:
            return None
        return asked if isinstance(asked, dict) else None

    def _channel(self, name: object) -> str:
        if name not in ("#reports", "reports", f"C{g.account}"):
            raise RefusedError(200, "channel_not_found")
        return f"C{g.account}"

    def _check(self, asked: Mapping[str, Any], nothing: str) -> None:
        blocks = asked.get("blocks", [])
        status = 400 if self._is_webhook else 200
        if not asked.get("text") and not blocks:
            raise RefusedError(status, nothing)
        if len(str(asked.get("text", ""))) > MESSAGE:
            raise RefusedError(status, "msg_too_long")
        if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS or any(map(_wrong, blocks)):
            raise RefusedError(status, "invalid_blocks")

    @property
    def _is_webhook(self) -> bool:
        return "/services/" in request.path

    def error(self, status: int, reason: str) -> Response:
        if self._is_webhook or "/upload/" in request.path:
            return Response(reason, status, mimetype="text/html")
        return answer({"ok": False, "error": reason}, status if status >= 429 else 200)

    def _refuse(self, refused: RefusedError) -> Response:
        reason = refused.message
        if refused.status == 429:
            reason = "rate_limited" if self._is_webhook else "ratelimited"
        elif refused.status >= 500:
            reason = "rollup_error" if self._is_webhook else "internal_error"
        response = self.error(refused.status, reason)
        response.headers.update(refused.headers)
        return response


def _wrong(block: object) -> bool:
    """Whether a block breaks a rule; Slack says no more than that one does."""
    if not isinstance(block, dict):
        return True
    kind, text = block.get("type"), block.get("text")
    fields, elements = block.get("fields", []), block.get("elements", [])
    match kind:
        case "header":
            return not _fits(text, HEADER, ("plain_text",))
        case "section":
            return not (text or fields) or not (
                (text is None or _fits(text, TEXT))
                and len(fields) <= MOST_FIELDS
                and all(_fits(field, FIELD) for field in fields)
            )
        case "context":
            fit = all(_fits(element, TEXT) for element in elements)
            return not (fit and 0 < len(elements) <= MOST_ELEMENTS)
    return kind != "divider"


def _fits(text: object, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> bool:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return False
    return 0 < len(str(text.get("text", ""))) <= most


def texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    """Every text that a message shows."""
    for block in message.get("blocks", []):
        for text in (block.get("text"), *block.get("fields", []), *block.get("elements", [])):
            if text:
                yield text["text"]
