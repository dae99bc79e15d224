"""A proxy before the sandbox that spoils answers; faults.py says how.

It speaks HTTP by hand, as what is wrong here no HTTP server would send. Each answer has a
connection of its own.
"""

import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import quote_plus, urlsplit

NOT_PASSED_ON = {"transfer-encoding", "content-length", "connection", "date", "server"}


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """An answer, and how it is sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None  # announced, where it is not the body's
    raw: bytes | None = None  # sent in place of all that
    reset: bool = False  # in place of a proper end of the connection
    delay: float = 0.0  # seconds before it is sent
    pieces: int = 1

    def bytes(self) -> bytes:
        """What goes over the wire."""
        if self.raw is not None:
            return self.raw
        lines = [f"HTTP/1.1 {self.status} {self.status}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if "Transfer-Encoding" not in self.headers:
            lines.append(
                f"Content-Length: {len(self.body) if self.length is None else self.length}"
            )
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


Spoil = Callable[[Asked, Answer], Answer]


def as_it_is(_: Asked, answer: Answer) -> Answer:
    return answer


class Proxy:
    """A context manager; without `upstream` it answers {} to whatever is asked.

    `translated`: texts of a request, and what is passed on in their place.
    """

    def __init__(
        self,
        upstream: str = "",
        spoil: Spoil = as_it_is,
        translated: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.upstream, self.spoil, self.translated = upstream, spoil, translated
        self.asked: list[Asked] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the name that http.server looks for
                proxy._answer(self)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        asked = Asked(handler.command, handler.path, dict(handler.headers.items()), body)
        self.asked.append(asked)
        answer = self.spoil(asked, self._pass_on(asked))
        sleep(answer.delay)
        sent = answer.bytes()
        size = -(-len(sent) // answer.pieces) or 1
        try:
            for start in range(0, len(sent), size):
                handler.wfile.write(sent[start : start + size])
                if answer.pieces > 1:
                    sleep(0.005)
            if answer.reset:
                no_goodbye = struct.pack("ii", 1, 0)
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_goodbye)
                handler.connection.close()
        except OSError:  # who asked has gone
            return

    def _pass_on(self, asked: Asked) -> Answer:
        """The sandbox's own answer; signatures hold, as the headers stay as they are."""
        if not self.upstream:
            return Answer(headers={"Content-Type": "application/json"}, body=b"{}")
        connection = HTTPConnection(urlsplit(self.upstream).netloc, timeout=30)
        try:
            connection.request(
                asked.method,
                self._translate(asked.path),
                self._translate(asked.body.decode("latin-1")).encode("latin-1"),
                {
                    name: self._translate(value)
                    for name, value in asked.headers.items()
                    if name.lower() != "content-length"
                },
            )
            response = connection.getresponse()
            headers = {
                name: value
                for name, value in response.getheaders()
                if name.lower() not in NOT_PASSED_ON
            }
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()

    def _translate(self, text: str) -> str:
        for said, meant in self.translated.items():
            text = text.replace(said, meant).replace(quote_plus(said), meant)
        return text
