"""Slack: an incoming webhook, or a bot, which alone can carry a picture."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from requests import Response

from loaders.answers import error_text
from loaders.redaction import shown
from signalroom.operations.notify.message import Message, Section, one_line
from signalroom.operations.notify.outcome import SENT, Outcome, ask, body_of, too_many

MOST_BLOCKS, MOST_FIELDS = 50, 10
TEXT, FIELD, HEADER = 3_000, 2_000, 150  # letters
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
TRANSIENT = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
Payload = dict[str, Any]


class Webhook:
    """Posts to the one channel that its address stands for."""

    kind = "slack"
    repeats = False

    def __init__(self, url: str) -> None:
        self._url = url

    def payloads(self, message: Message) -> Iterator[tuple[str, Payload]]:
        yield "", blocks_of(message)

    def send(self, payload: Payload, _key: str) -> Outcome:
        """Sent when the answer is `ok` and nothing else."""
        response = ask("POST", self._url, json=payload)
        if isinstance(response, Outcome):
            return response
        if response.status_code == 429:
            return too_many(response)
        if response.ok and response.content == b"ok":
            return SENT
        return Outcome("refused", f"HTTP {response.status_code}: {error_text(response)}")

    def found(self, _payload: Payload) -> bool:
        """Nobody can be asked what a webhook posted."""
        return False


class Bot:
    """Posts to a channel by the Web API, and pictures after the message."""

    kind = "slack"
    repeats = False

    def __init__(self, base_url: str, token: str, channel: str) -> None:
        self._base_url, self._channel = base_url.rstrip("/"), channel
        self._headers = {"Authorization": f"Bearer {token}"}

    def payloads(self, message: Message) -> Iterator[tuple[str, Payload]]:
        pictures = [
            {"name": one.name, "title": one.title, "content": b64encode(one.png).decode()}
            for one in message.pictures
        ]
        yield self._channel, blocks_of(message) | {"pictures": pictures}

    def send(self, payload: Payload, _key: str) -> Outcome:
        said = {name: part for name, part in payload.items() if name != "pictures"}
        posted = self._call("chat.postMessage", json={"channel": self._channel, **said})
        if isinstance(posted, Outcome):
            return posted
        if not payload["pictures"]:
            return SENT
        uploaded = self._upload(payload["pictures"], str(posted.get("channel")))
        if uploaded.state == "sent":
            return SENT
        # to try again would say the text twice
        return Outcome("refused", f"the text is there, the picture is not: {uploaded.reason}")

    def found(self, _payload: Payload) -> bool:
        """To read a channel the bot would need more rights than to post."""
        return False

    def _upload(self, pictures: list[Mapping[str, str]], channel_id: str) -> Outcome:
        files = []
        for picture in pictures:
            png = b64decode(picture["content"])
            form = {"filename": picture["name"], "length": str(len(png))}
            place = self._call("files.getUploadURLExternal", data=form)
            if isinstance(place, Outcome):
                return place
            put = ask("POST", str(place.get("upload_url")), data=png)
            if isinstance(put, Outcome):
                return put
            if not put.ok:
                return Outcome("refused", f"HTTP {put.status_code}: {error_text(put)}")
            files.append({"id": place.get("file_id"), "title": picture["title"]})
        form = {"files": json.dumps(files), "channel_id": channel_id}
        done = self._call("files.completeUploadExternal", data=form)
        return done if isinstance(done, Outcome) else SENT

    def _call(self, method: str, **content: Any) -> Mapping[str, Any] | Outcome:
        """What a method answers; it says in the body whether it did what was asked."""
        response = ask("POST", f"{self._base_url}/{method}", headers=self._headers, **content)
        if isinstance(response, Outcome):
            return response
        if response.status_code == 429:
            return too_many(response)
        body = body_of(response)
        if response.ok and body.get("ok") is True:
            return body
        return _refusal(method, response, body)


def _refusal(method: str, response: Response, body: Mapping[str, Any]) -> Outcome:
    error = str(body.get("error", ""))
    reason = f"{method} answered HTTP {response.status_code}: "
    reason += shown(error) if error else error_text(response)
    return Outcome("failed" if error in TRANSIENT else "refused", reason)


def blocks_of(message: Message) -> Payload:
    """Blocks within Slack's limits, and the text for what shows no blocks."""
    header = {"type": "header", "text": {"type": "plain_text", "text": _fit(message.title, HEADER)}}
    parts = chain.from_iterable(map(_blocks, message.sections))
    blocks = [header, *islice(parts, MOST_BLOCKS)]
    if len(blocks) > MOST_BLOCKS:
        blocks[MOST_BLOCKS - 1 :] = [_text("…and more than fits into a message")]
    return {"text": _fit(message.title, TEXT), "blocks": blocks}


def _blocks(section: Section) -> Iterator[Payload]:
    written = f"*{_fit(section.title, FIELD)}*" if section.title else ""
    for line in section.lines:
        bullet = f"• {_fit(line, TEXT - 10)}"
        if len(written) + len(bullet) + 1 > TEXT:
            yield _text(written)
            written = ""
        written = f"{written}\n{bullet}" if written else bullet
    if written:
        yield _text(written)
    fields = [
        _mrkdwn(f"*{_fit(name, 200)}*\n{_fit(value, 1_000)}") for name, value in section.figures
    ]
    for start in range(0, len(fields), MOST_FIELDS):
        yield {"type": "section", "fields": fields[start : start + MOST_FIELDS]}


def _text(written: str) -> Payload:
    return {"type": "section", "text": _mrkdwn(written)}


def _mrkdwn(written: str) -> Payload:
    """Text in which no name or address becomes a link."""
    return {"type": "mrkdwn", "text": written, "verbatim": True}


def _fit(text: str, longest: int) -> str:
    """A text on one line in which nothing steers Slack, with its entities not too long."""
    line = one_line(text, longest)
    while (over := len(line.translate(ENTITIES)) - longest) > 0:
        line = one_line(line, len(line) - max(1, over // 5))  # an entity has five letters at most
    return line.translate(ENTITIES) or "–"
