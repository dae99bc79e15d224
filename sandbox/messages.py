"""What the services for messages share: they keep what they accepted, and may lose the answer."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask import Response

from sandbox.faults import Fault, Faults
from sandbox.service import Service, drop_connection, fault

# as a proxy before a service says it
PAGE = "<!doctype html><title>{status}</title><h1>Something went wrong (sandbox)</h1>"
Accepted = dict[str, Any]


def faults_of_messages(fault_of: Callable[..., Fault]) -> Iterator[Fault]:
    """The bad habits that all of them have."""
    yield fault_of("slow", "answers after `seconds`", {"seconds": 5.0})
    yield fault_of("connection_dropped", "closes the connection, nothing is accepted")
    yield fault_of("answer_lost", "accepts, and closes the connection without an answer")
    yield fault_of(
        "rate_limited", "429; Retry-After if `retry_after` is given", {"retry_after": None}
    )
    yield fault_of("server_error", "5xx: `status`, in the service's own words", {"status": 500})
    yield fault_of("error_page", "`status`, the body a page of HTML", {"status": 503})
    yield fault_of(
        "refused",
        "what the service says, by `status` and `reason`, of what is right",
        {"status": 403, "reason": ""},
    )
    yield fault_of("half_accepted", "accepts, and answers `body` with the status of success",
                   {"body": ""})  # fmt: skip


class Messages(Service):
    """A service that takes messages; `messages` are those that it accepted, as they were sent."""

    def __init__(self) -> None:
        super().__init__()
        self.faults = Faults(self.name, faults_of_messages(partial(Fault, self.name, "")))
        self.messages: list[Accepted] = []

    def reset(self) -> None:
        """Forget what was accepted."""
        self.messages.clear()

    def accept(self, message: Accepted, answered: Response) -> Response:
        """Keep a message; the answer, or what becomes of it."""
        self.messages.append(message)
        if fault("answer_lost"):
            drop_connection()
        if half := fault("half_accepted"):
            answered.set_data(str(half["body"]))
        return answered

    def error(self, status: int, reason: str) -> Response:
        """A refusal in the service's own form."""
        raise NotImplementedError

    def _fail(self) -> Response | None:
        if refused := fault("refused"):
            return self.error(int(str(refused["status"])), str(refused["reason"]))
        if page := fault("error_page"):
            status = int(str(page["status"]))
            return Response(PAGE.format(status=status), status, mimetype="text/html")
        return super()._fail()
