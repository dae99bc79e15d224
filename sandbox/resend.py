"""Resend: mail as JSON, with keys against sending twice that are kept for a day.

The key of an account is `sandbox-resend-<account>`; its one domain is example.com.
"""

import json
from base64 import b64decode
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.messages import Messages
from sandbox.service import RefusedError, answer, keys_of

KEPT = 24 * 3_600  # seconds
MOST_RECIPIENTS, LONGEST_KEY = 50, 256
DOMAIN = "example.com"


class ResendError(RefusedError):
    """A refusal by the name that Resend gives it."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(status, message)
        self.name = name


class Resend(Messages):
    """The fake of api.resend.com."""

    name = "resend"

    def __init__(self) -> None:
        super().__init__()
        self._answers: dict[tuple[str, str], tuple[float, Any, str]] = {}  # by account and key

    def add_routes(self, routes: Blueprint) -> None:
        routes.add_url_rule("/emails", view_func=self.send, methods=["POST"])

    def reset(self) -> None:
        """Forget what was accepted, and the keys."""
        super().reset()
        self._answers.clear()

    def environ(self, url: str, account: str) -> dict[str, str]:
        return {
            "RESEND_API_KEY": f"sandbox-resend-{account}",
            "RESEND_FROM": f"SignalRoom <reports@{DOMAIN}>",
            "RESEND_TO": f"team@{DOMAIN}",
            "RESEND_BASE_URL": url,
        }

    def account_of_request(self) -> str:
        if not request.headers.get("User-Agent"):
            raise RefusedError(403, "error code: 1010")  # of what stands before the service
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not key:
            raise ResendError(401, "missing_api_key", "Missing API key in the authorization header")
        if key not in (keys := keys_of(self.name)):
            raise ResendError(403, "invalid_api_key", "API key is invalid")
        return keys[key]

    def send(self) -> Response:
        """Take a mail once for each key, and give the first answer again."""
        key = request.headers.get("Idempotency-Key")
        asked = self._mail()
        if key is None:
            return self._take(asked)
        if not 1 <= len(key) <= LONGEST_KEY:
            raise ResendError(400, "invalid_idempotency_key", "The key must be 1-256 characters")
        at, known, id_ = self._answers.get((g.account, key), (0.0, None, ""))
        if self.now() - at < KEPT:
            if known != asked:
                raise ResendError(
                    409,
                    "invalid_idempotent_request",
                    "This key was used with another payload",
                )
            return answer({"id": id_})
        self._answers[g.account, key] = self.now(), asked, self._next_id
        return self._take(asked)

    def _take(self, asked: dict[str, Any]) -> Response:
        return self.accept(asked, answer({"id": self._next_id}))

    @property
    def _next_id(self) -> str:
        return f"00000000-0000-4000-8000-{len(self.messages) + 1:012d}"

    def _mail(self) -> dict[str, Any]:
        """The mail that is asked for, checked as Resend does."""
        try:
            asked = json.loads(request.get_data())
        except ValueError:
            asked = None
        if request.mimetype != "application/json" or not isinstance(asked, dict):
            raise ResendError(400, "validation_error", "The body must be JSON")
        for name in ("from", "to", "subject"):
            if not asked.get(name):
                raise ResendError(422, "missing_required_field", f"Missing `{name}` field.")
        if not asked.get("html") and not asked.get("text"):
            raise ResendError(422, "missing_required_field", "Missing `html` or `text` field.")
        to = asked["to"] if isinstance(asked["to"], list) else [asked["to"]]
        if len(to) > MOST_RECIPIENTS or not all("@" in str(one) for one in to):
            raise ResendError(422, "validation_error", "Invalid `to` field.")
        sender = str(asked["from"]).rpartition("<")[2].rstrip(">")
        if "@" not in sender:
            raise ResendError(422, "invalid_from_address", "Invalid `from` field.")
        if not sender.endswith(f"@{DOMAIN}"):
            domain = sender.partition("@")[2]
            raise ResendError(403, "validation_error", f"The {domain} domain is not verified.")
        for attachment in asked.get("attachments", []):
            try:
                _, content = attachment["filename"], attachment["content"]
                b64decode(content, validate=True)
            except (KeyError, ValueError):
                raise ResendError(422, "invalid_attachment", "Invalid attachment.") from None
        return asked

    def error(self, status: int, reason: str) -> Response:
        """`reason` is its name, and behind a colon what it says."""
        name, _, message = reason.partition(": ")
        return answer({"statusCode": status, "name": name, "message": message or name}, status)

    def _refuse(self, refused: RefusedError) -> Response:
        if isinstance(refused, ResendError):
            response = self.error(refused.status, f"{refused.name}: {refused.message}")
        elif refused.status == 429:
            response = self.error(429, "rate_limit_exceeded: Too many requests.")
        elif refused.status >= 500:
            response = self.error(refused.status, "internal_server_error: Try again later.")
        else:
            response = Response(refused.message, refused.status, mimetype="text/plain")
        response.headers.update(refused.headers)
        return response
