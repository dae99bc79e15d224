"""How often a request is tried, how long is waited, and what is not tried again."""

import json
import logging
from datetime import date
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from loaders.errors import ApiError
from loaders.http import new_rows
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


def test_no_wait_is_longer_than_five_minutes(sandbox: Sandbox, waits: list[float]) -> None:
    sandbox.redtrack.faults.on("rate_limited", retry_after=86_400, times=1)
    assert read(sandbox) > 0
    assert waits == [300]


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
def test_a_response_is_parsed_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it is asked whether it broke off before it is asked what it says."""
    parsed: list[int] = []

    def loads(text: bytes, **how: Any) -> Any:
        parsed.append(len(text))
        return json.loads(text, **how)

    monkeypatch.setattr("loaders.http.json", SimpleNamespace(loads=loads))
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
