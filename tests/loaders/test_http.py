"""How often a request is tried, how long is waited, and what is not tried again."""

import json
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from io import StringIO
from socket import create_server, socket
from threading import Thread
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import pytest
from requests import Request, Response
from requests.adapters import HTTPAdapter

from loaders.answers import new_rows
from loaders.errors import ApiError
from loaders.redaction import conceal
from loaders.sources.everflow import Everflow
from loaders.sources.redtrack import Redtrack
from loaders.windows import Window
from sandbox.server import Sandbox
from tests.loaders.records.traps import account

DECEMBER = Window(date(2025, 12, 1), date(2025, 12, 18))


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between attempts, by the repository's own configuration."""
    waited: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    monkeypatch.setattr("loaders.http.sleep", lambda _seconds: None)
    return waited


def read(sandbox: Sandbox) -> int:
    return len(Redtrack(account(sandbox, "redtrack")).read(DECEMBER, None).rows)


def test_five_attempts_with_doubled_waits(sandbox: Sandbox, waits: list[float]) -> None:
    sandbox.redtrack.faults.on("server_error", status=503)
    with pytest.raises(ApiError, match="/report answered HTTP 503"):
        read(sandbox)
    assert waits == [1, 2, 4, 8]
    assert [request.status for request in sandbox.redtrack.requests] == [503] * 5


def test_retry_after_is_honoured(sandbox: Sandbox, waits: list[float]) -> None:
    sandbox.redtrack.faults.on("rate_limited", retry_after=17, times=2)
    assert read(sandbox) > 0
    assert waits == [17, 17]


@pytest.mark.parametrize(
    ("asked", "waited"), [(86_400, []), (3_000, []), (120, [120, 120]), (300, [300])]
)
def test_a_request_waits_five_minutes_in_all_and_says_so(
    sandbox: Sandbox,
    waits: list[float],
    caplog: pytest.LogCaptureFixture,
    asked: int,
    waited: list[float],
) -> None:
    """Then the source fails with the time named, and asks nothing more until then."""
    sandbox.redtrack.faults.on("rate_limited", retry_after=asked)
    reader = Redtrack(account(sandbox, "redtrack"))
    for _ in range(2):
        with pytest.raises(ApiError, match=rf"HTTP 429: .* it asks to wait {asked:,} s, until 20"):
            reader.read(DECEMBER, None)
    assert waits == waited
    assert len(sandbox.redtrack.requests) == len(waited) + 1
    said = [f"redtrack: waiting {one} s, until 20" for one in waited]
    assert [line[: len(said[0])] for line in caplog.messages] == said


def test_a_date_to_wait_for_and_a_spent_quota_are_waits_too(
    sandbox: Sandbox, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Redtrack(account(sandbox, "redtrack"))
    response = Response()
    response.status_code, response.request = 429, Request("GET", "http://x/").prepare()
    response.headers["Retry-After"] = format_datetime(datetime.now(UTC) + timedelta(hours=1))
    monkeypatch.setattr(HTTPAdapter, "send", lambda *_, **__: response)
    with pytest.raises(ApiError, match=r"it asks to wait 3,(600|599) s, until "):
        reader.read(DECEMBER, None)
    reader = Redtrack(account(sandbox, "redtrack"))
    reader.api.resume_at = monotonic() + 600
    with pytest.raises(ApiError, match=r"its quota is spent, it asks to wait (600|599) s, until "):
        reader.read(DECEMBER, None)
    assert waits == []


@pytest.mark.parametrize("fault", ["invalid_key", "wrong_realm"])
def test_what_will_not_change_is_not_tried_again(
    fault: str, sandbox: Sandbox, waits: list[float]
) -> None:
    sandbox.everflow.faults.on(fault, path="")
    with pytest.raises(ApiError, match="check EVERFLOW_API_KEY"):
        Everflow(account(sandbox, "everflow")).read(DECEMBER, None)
    assert waits == []
    assert len(sandbox.everflow.requests) == 1


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("framed", ["Content-Length: 4000", "Transfer-Encoding: chunked"])
def test_a_response_that_drips_is_given_up(
    sandbox: Sandbox, waits: list[float], monkeypatch: pytest.MonkeyPatch, framed: str
) -> None:
    """Each byte comes in time, and the last one never."""
    monkeypatch.setattr("loaders.http.LONGEST_WAIT", 0.4)

    def drip(connection: socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{framed}\r\n\r\n"
        connection.sendall(head.encode())
        with suppress(OSError):  # the other side has gone
            for _ in range(200):
                connection.sendall(b"1\r\n \r\n" if "chunked" in framed else b" ")
                sleep(0.05)

    with create_server(("127.0.0.1", 0)) as server:
        Thread(target=lambda: drip(server.accept()[0]), daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        there = account(sandbox, "redtrack")
        there = replace(there, settings={**there.settings, "base_url": address})
        began = monotonic()
        with pytest.raises(ApiError, match=r"redtrack: GET .* takes longer than 0 s to come"):
            Redtrack(there).read(DECEMBER, None)
    assert 0.3 < monotonic() - began < 5
    assert waits == []


def test_a_response_is_parsed_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it is asked whether it broke off before it is asked what it says."""
    parsed: list[int] = []

    def loads(text: bytes, **how: Any) -> Any:
        parsed.append(len(text))
        return json.loads(text, **how)

    monkeypatch.setattr("loaders.answers.json", SimpleNamespace(loads=loads))
    assert read(sandbox) > 0
    assert len(parsed) == len(sandbox.redtrack.requests) > 0


def test_a_secret_is_hidden_whoever_logs_it() -> None:
    """In a message, its arguments and a traceback; by loggers that do not pass on what they say."""
    written = StringIO()
    for name in ("dlt", "some.library"):
        logger = logging.getLogger(name)
        handler = logging.StreamHandler(written)
        logger.addHandler(handler)
        try:
            conceal("s3cret/key")
            try:
                raise ValueError("s3cret/key")
            except ValueError:
                logger.exception("s3cret/key and %s", "s3cret%2Fkey")
        finally:
            logger.removeHandler(handler)
    assert written.getvalue().count("*** and ***") == 2
    assert "ValueError: ***" in written.getvalue()
    assert "s3cret" not in written.getvalue()


def test_pages_end_where_nothing_is_new() -> None:
    """They may overlap, and the last may come again and again."""
    pages = [[{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 3}], [{"id": 3}], [{"id": 4}]]
    found = list(new_rows(pages, lambda row: row["id"], "somewhere"))
    assert found == [[{"id": 1}, {"id": 2}], [{"id": 3}]]


def test_pages_that_never_end_are_refused() -> None:
    endless = ([{"id": number}] for number in range(2_000))
    with pytest.raises(ApiError, match="somewhere goes on after 1000 pages"):
        list(new_rows(endless, lambda row: row["id"], "somewhere"))
