"""What stands before the endpoints, as plain ASGI: keys, limits, ETags, and what was asked before.

A page that was asked before costs neither FastAPI nor SQLite.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from signalroom.api.keys import ApiKey
from signalroom.api.problems import problem
from signalroom.api.service import Service

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Asked = tuple[str, str, bytes]  # scopes, path, parameters

PROTECTED = "/api/"
REMEMBERED = 64 * 2**20  # bytes of pages


@dataclass(frozen=True)
class Answer:
    """A page as it is sent."""

    etag: bytes
    body: bytes


class Memory:
    """The pages of one snapshot that were asked before, up to so many bytes."""

    def __init__(self) -> None:
        self._version, self._bytes = "", 0
        self._answers: dict[Asked, Answer] = {}

    def get(self, version: str, asked: Asked) -> Answer | None:
        """The page, if it was asked of this snapshot."""
        if version != self._version:
            self._forget(version)
        return self._answers.get(asked)

    def put(self, version: str, asked: Asked, answer: Answer) -> None:
        """Remember a page; when there are too many, only this one."""
        if version != self._version or self._bytes + len(answer.body) > REMEMBERED:
            self._forget(version)
        self._answers[asked] = answer
        self._bytes += len(answer.body)

    def _forget(self, version: str) -> None:
        self._version, self._bytes = version, 0
        self._answers = {}


class Front:
    """Lets through to the endpoints who has a key, with the snapshot that the answer is of."""

    def __init__(self, app: Application, service: Service) -> None:
        self._app, self._service = app, service
        self._memory = Memory()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        if scope["path"].startswith(PROTECTED):
            await self._protected(scope, receive, send_marked)
        else:
            await self._app(scope, receive, send_marked)

    async def _protected(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        key = self._key(headers.get(b"authorization", b""))
        if key is None:
            said = "give an API key that holds, as Authorization: Bearer <key>"
            response = problem(scope, 401, said, headers={"WWW-Authenticate": "Bearer"})
            await response(scope, receive, send)
            return
        if wait := self._service.limiter.wait(key.key_id):
            response = problem(
                scope,
                429,
                f"this key may ask again in {wait} s",
                headers={"Retry-After": str(wait)},
            )
            await response(scope, receive, send)
            return
        snapshot = self._service.store.current
        if snapshot is None:
            response = problem(scope, 503, "nothing is published yet", headers={"Retry-After": "5"})
            await response(scope, receive, send)
            return
        scope["state"] |= {"clients": key.clients, "snapshot": snapshot}
        asked = (key.scopes, scope["path"], scope["query_string"])
        is_get = scope["method"] == "GET"
        answer = self._memory.get(snapshot.version, asked) if is_get else None
        if answer is None:
            body = await self._ask(scope, receive, send)
            if body is None:
                return
            answer = Answer(_etag(snapshot.version, asked), body)
            self._memory.put(snapshot.version, asked, answer)
        await _send(answer, headers.get(b"if-none-match", b""), send)

    def _key(self, authorization: bytes) -> ApiKey | None:
        scheme, _, key = authorization.partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        return self._service.keys.find(key.strip().decode("latin-1"))

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> bytes | None:
        """The body of a page; None where it was another answer, which is sent."""
        start: Message = {}
        body = bytearray()

        async def catch(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if start["status"] == 200:
                    return
            elif start["status"] == 200:
                body.extend(message.get("body", b""))
                return
            await send(message)

        await self._app(scope, receive, catch)
        return bytes(body) if start["status"] == 200 else None


def _etag(version: str, asked: Asked) -> bytes:
    scopes, path, parameters = asked
    digest = blake2b(f"{scopes}\n{path}?".encode() + parameters, digest_size=8).hexdigest()
    return f'"{version}-{digest}"'.encode()


async def _send(answer: Answer, none_match: bytes, send: Send) -> None:
    known = {tag.strip().removeprefix(b"W/") for tag in none_match.split(b",")}
    is_known = answer.etag in known or b"*" in known
    headers = [
        (b"etag", answer.etag),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Authorization"),
    ]
    if not is_known:
        length = str(len(answer.body)).encode()
        headers += [(b"content-type", b"application/json"), (b"content-length", length)]
    status = 304 if is_known else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_known else answer.body})
