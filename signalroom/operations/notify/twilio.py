"""Text messages by Twilio: one for each number, and none twice: nothing would stop the second."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loaders.answers import error_text
from loaders.redaction import shown
from signalroom.operations.notify.message import Message
from signalroom.operations.notify.outcome import SENT, Outcome, ask, body_of, too_many

LONGEST = 1_600  # letters
QUEUE_FULL = 21611  # of the sender; later there is room again
LOOKED_AT = 20  # of the newest messages to a number
Payload = dict[str, Any]


class Sms:
    """Messages of an account to some numbers; `sender` is From or MessagingServiceSid."""

    kind = "sms"
    repeats = False

    def __init__(
        self, base_url: str, sid: str, token: str, sender: Mapping[str, str], to: Sequence[str]
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{sid}/Messages.json"
        self._auth, self._sender, self._to = (sid, token), dict(sender), list(to)

    def payloads(self, message: Message) -> Iterator[tuple[str, Payload]]:
        text = "\n".join(line for line in message.lines() if line)
        body = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
        for number in self._to:
            yield number, {"To": number, **self._sender, "Body": body}

    def send(self, payload: Payload, _key: str) -> Outcome:
        response = ask("POST", self._url, data=payload, auth=self._auth)
        if isinstance(response, Outcome):
            return response
        body = body_of(response)
        if response.status_code == 201:
            if body.get("sid"):
                return SENT
            return Outcome("unknown", f"HTTP 201 without a sid: {error_text(response)}")
        if response.status_code == 429:
            return too_many(response)
        said = f"{body.get('code')}: {body.get('message')}" if "code" in body else ""
        reason = f"HTTP {response.status_code}: {shown(said) or error_text(response)}"
        return Outcome("failed" if body.get("code") == QUEUE_FULL else "refused", reason)

    def found(self, payload: Payload) -> bool:
        """Whether Twilio has such a message; trial accounts put a sentence before it."""
        asked = {"To": payload["To"], "PageSize": LOOKED_AT}
        response = ask("GET", self._url, params=asked, auth=self._auth)
        if isinstance(response, Outcome) or not response.ok:
            return False
        messages = body_of(response).get("messages")
        texts = [
            str(one.get("body"))
            for one in (messages if isinstance(messages, list) else [])
            if isinstance(one, dict)
        ]
        return any(text.endswith(payload["Body"]) for text in texts)
