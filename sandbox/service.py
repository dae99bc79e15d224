"""What all services share: keys, request log, limits, broken answers."""

import json
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event, Lock

from flask import Blueprint, Response, g, request

from sandbox.data import ACCOUNTS
from sandbox.facts import Facts, home_day
from sandbox.faults import Faults, Options
from sandbox.shape import Cell


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})


@dataclass
class Asked:
    """One request in a service's log; `status` is None when no answer was given."""

    method: str
    path: str
    query: dict[str, str]
    body: object
    account: str | None
    at: float
    status: int | None = None


@dataclass
class Limit:
    """Counts requests in calendar windows of some seconds."""

    limit: int
    seconds: int
    clock: Callable[[], float]
    _window: int = 0
    _used: int = 0
    _lock: Lock = field(default_factory=Lock)

    def take(self, count: int = 1) -> bool:
        with self._lock:
            window = int(self.clock() // self.seconds)
            if window != self._window:
                self._window, self._used = window, 0
            if self._used >= self.limit:
                return False
            self._used += count
            return True

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self._used)

    @property
    def seconds_left(self) -> int:
        return self.seconds - int(self.clock() % self.seconds)


class Service:
    """One outside service: its accounts' facts, its log, its faults and its blueprint."""

    name: str
    restate: Callable[..., None]
    reset: Callable[[], None]

    def __init__(self, facts: Facts | None = None) -> None:
        if facts is not None:  # a service of another kind brings its own restate and reset
            self.facts, self.restate, self.reset = facts, facts.restate, facts.reset
        self.faults = Faults(self.name)
        self.requests: list[Asked] = []
        self.clock: Callable[[], float] = time.time
        self.limits: dict[str, Limit] = {}
        self.closing = Event()

    def environ(self, url: str, account: str) -> dict[str, str]:
        """The variables that point an account's client at the service."""
        name = self.name.upper()
        return {f"{name}_BASE_URL": url, f"{name}_API_KEY": f"sandbox-{self.name}-{account}"}

    def lift_limits(self) -> None:
        """Let requests come as fast as they like."""
        for limit in self.limits.values():
            limit.limit = 1_000_000

    def now(self) -> float:
        return self.clock()

    def facts_for_request(self) -> Iterable[Cell]:
        """The account's facts under the faults of this request."""
        if fault("empty_all"):
            return ()
        facts = self.facts.of(g.account)
        if empty := fault("empty_day"):
            return [cell for cell in facts if home_day(cell).isoformat() != empty["date"]]
        return facts

    def blueprint(self) -> Blueprint:
        """The routes of the service, inside the manners all services share."""
        routes = Blueprint(self.name, __name__, url_prefix=f"/{self.name}")
        routes.before_request(self._receive)
        routes.after_request(self._finish)
        routes.register_error_handler(RefusedError, self._refuse)
        self.add_routes(routes)
        return routes

    def add_routes(self, routes: Blueprint) -> None:
        raise NotImplementedError

    def account_of_request(self) -> str:
        """The account whose key the request carries; refuses it otherwise."""
        raise NotImplementedError

    def keep_limits(self) -> None:
        """Refuse a request that comes too fast."""

    def limit_headers(self) -> dict[str, str]:
        return {}

    def _receive(self) -> Response | None:
        text = request.get_data(as_text=True)
        path = request.path.removeprefix(f"/{self.name}")
        g.asked = Asked(
            request.method, path, request.args.to_dict(), _body(text), None, self.clock()
        )
        self.requests.append(g.asked)
        g.faults = self.faults.for_request(path, request.query_string.decode() + text)
        g.account = g.asked.account = self.account_of_request()
        self.keep_limits()
        return self._fail()

    def _fail(self) -> Response | None:
        """The faults that answer in place of the service."""
        if slow := fault("slow"):
            self.closing.wait(float(str(slow["seconds"])))
        if fault("connection_dropped"):
            drop_connection()
            return answer(None)
        if limited := fault("rate_limited"):
            after = limited["retry_after"]
            headers = {} if after is None else {"Retry-After": str(after)}
            raise RefusedError(429, "Too many requests", headers)
        if failing := fault("server_error"):
            raise RefusedError(int(str(failing["status"])), "Internal server error")
        if fault("invalid_key"):
            raise RefusedError(401, "Unauthorized")
        if fault("list_in_200"):
            return answer(["x"])
        if error := fault("error_in_200"):
            return answer({"error": error["message"]})
        if fault("html"):
            page = "<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"
            return Response(page, mimetype="text/html")
        return None

    def _finish(self, response: Response) -> Response:
        g.asked.status = None if fault("connection_dropped") else response.status_code
        response.headers.update(self.limit_headers())
        if fault("truncated_json") or fault("body_cut_off"):
            body = response.get_data()
            response.set_data(body[: len(body) // 2])
            if fault("body_cut_off"):
                response.headers["Content-Length"] = str(len(body))
        return response

    def _refuse(self, refused: RefusedError) -> Response:
        response = answer({"error": refused.message}, refused.status)
        response.headers.update(refused.headers)
        return response


def fault(name: str) -> Options | None:
    """The options of a fault that touches this request."""
    faults: dict[str, Options] = g.get("faults", {})
    return faults.get(name)


def drop_connection() -> None:
    """Let whatever is answered now reach nobody."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)


def answer(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


def keys_of(service: str) -> dict[str, str]:
    """The API keys of a service and the account each belongs to."""
    return {f"sandbox-{service}-{account}": account for account in ACCOUNTS}


def _body(text: str) -> object:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
