"""E-mail by Resend. A key that it keeps for a day makes another try harmless."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from html import escape
from typing import Any

from loaders.answers import error_text
from loaders.redaction import shown
from signalroom.operations.notify.message import Message, one_line
from signalroom.operations.notify.outcome import SENT, Outcome, ask, body_of, too_many

MOST_RECIPIENTS = 50
SUBJECT = 150  # letters
RUNNING = "concurrent_idempotent_requests"  # the first try is not answered yet
Payload = dict[str, Any]


class Mail:
    """Mail from one sender to some recipients, who see each other."""

    kind = "email"
    repeats = True

    def __init__(self, base_url: str, key: str, sender: str, to: Sequence[str]) -> None:
        self._url, self._sender, self._to = f"{base_url.rstrip('/')}/emails", sender, list(to)
        self._headers = {"Authorization": f"Bearer {key}"}

    def payloads(self, message: Message) -> Iterator[tuple[str, Payload]]:
        content = _of_mail(message.mail) if message.mail else _of_lines(message)
        yield "", {"from": self._sender, "to": self._to, **content}

    def send(self, payload: Payload, key: str) -> Outcome:
        headers = self._headers | {"Idempotency-Key": key}
        response = ask("POST", self._url, json=payload, headers=headers)
        if isinstance(response, Outcome):
            return response
        body = body_of(response)
        name, message = str(body.get("name", "")), str(body.get("message", ""))
        said = shown(f"{name}: {message}") if message else error_text(response)
        if response.status_code == 429 and "quota" not in name:  # a quota is spent for today
            return too_many(response)
        if response.status_code == 409 and name == RUNNING:
            return Outcome("failed", said)
        if not response.ok or body.get("errors"):
            return Outcome("refused", f"HTTP {response.status_code}: {said}")
        if not body.get("id"):  # nobody knows what such an answer means
            return Outcome("unknown", f"HTTP {response.status_code} without an id: {said}")
        return SENT

    def found(self, _payload: Payload) -> bool:
        """There is no need to look: it is sent again with its key."""
        return False


def _of_lines(message: Message) -> Payload:
    lines = message.lines()
    html = "".join(f"<p>{escape(line)}</p>\n" for line in lines if line)
    return {
        "subject": one_line(message.title, SUBJECT),
        "text": "\n".join(lines) + "\n",
        "html": f'<div style="font-family:Arial,Helvetica,sans-serif">\n{html}</div>',
    }


def _of_mail(mail: EmailMessage) -> Payload:
    """The parts of a mail, its pictures where the page names them."""
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    pictures = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    return {
        "subject": str(mail["Subject"]),
        "text": text.get_content() if text else "",
        "html": page.get_content() if page else "",
        "attachments": [
            {
                "filename": part.get_filename(),
                "content": b64encode(part.get_content()).decode(),
                "content_type": part.get_content_type(),
                "content_id": str(part["Content-ID"]).strip("<>"),
            }
            for part in pictures
        ],
    }
