"""What the faults of any service look like from outside."""

import time
from collections.abc import Callable

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.service import Service

Ask = Callable[[], requests.Response]
AnyCheck = Callable[[Service, Ask], None]


def slow(service: Service, ask: Ask) -> None:
    service.faults.on("slow", seconds=0.2)
    began = time.monotonic()
    assert ask().status_code == 200
    assert time.monotonic() - began >= 0.2


def connection_dropped(service: Service, ask: Ask) -> None:
    service.faults.on("connection_dropped")
    with pytest.raises(requests.ConnectionError):
        ask()
    assert service.requests[-1].status is None


def rate_limited(service: Service, ask: Ask) -> None:
    service.faults.on("rate_limited", times=1)
    assert (ask().status_code, ask().status_code) == (429, 200)
    service.faults.on("rate_limited", retry_after=7)
    answer = ask()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def server_error(service: Service, ask: Ask) -> None:
    service.faults.on("server_error", status=503, times=2)
    assert [ask().status_code for _ in range(3)] == [503, 503, 200]


def invalid_key(service: Service, ask: Ask) -> None:
    service.faults.on("invalid_key")
    assert (ask().status_code, "error" in ask().json()) == (401, True)


def error_in_200(service: Service, ask: Ask) -> None:
    service.faults.on("error_in_200", message="Out of luck")
    assert (ask().status_code, ask().json()) == (200, {"error": "Out of luck"})


def html(service: Service, ask: Ask) -> None:
    service.faults.on("html")
    answer = ask()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def truncated_json(service: Service, ask: Ask) -> None:
    whole = ask().text
    service.faults.on("truncated_json")
    half = ask()
    assert half.status_code == 200
    assert len(half.text) == len(whole) // 2
    with pytest.raises(requests.JSONDecodeError):
        half.json()


def body_cut_off(service: Service, ask: Ask) -> None:
    service.faults.on("body_cut_off")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask()


CHECKS: dict[str, AnyCheck] = {
    check.__name__: check
    for check in (
        slow,
        connection_dropped,
        rate_limited,
        server_error,
        invalid_key,
        error_in_200,
        html,
        truncated_json,
        body_cut_off,
    )
}


def bound(
    service: Callable[[Sandbox], Service], ask: Callable[[Sandbox], requests.Response]
) -> dict[str, Callable[[Sandbox], None]]:
    """The checks, for one service and one way to ask it."""

    def bind(check: AnyCheck) -> Callable[[Sandbox], None]:
        return lambda sandbox: check(service(sandbox), lambda: ask(sandbox))

    return {name: bind(check) for name, check in CHECKS.items()}
