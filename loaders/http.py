"""How every source speaks HTTP.

dlt's client retries (409, 429, 5xx, time-outs, dropped connections, cut-off JSON) up to five times
with exponential back-off from 1 s to 5 min and honours Retry-After; `[runtime]` in
.dlt/config.toml holds these figures. Whatever is left after that is one `ApiError` that names the
request and never a secret. 400, 401 and 403 are not tried again. A redirect is followed to the same
scheme, host and port; to any other place nothing of a request is sent.

A request waits five minutes in all, and says so in the log. Who asks for more gets no request at
all until then: his source fails with the time named, and the others go on. So does one whose
response takes longer than that to come, however steadily it drips.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Event, Timer
from time import monotonic, sleep
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from dlt.sources.helpers.requests import Client
from requests import RequestException, Response, Session
from requests.auth import AuthBase

from loaders import clock
from loaders.answers import address, error_text, is_json
from loaders.errors import ApiError, innermost
from loaders.redaction import conceal, redact, secrets_of, shown

log = logging.getLogger(__name__)

RETRIED_STATUS = (409, 429, *range(500, 600))
PORTS = {"http": 80, "https": 443}
# of a request; the last two are of names that no host has and of times that are none
FAILURES = (RequestException, ValueError, OverflowError)
LONGEST_WAIT = 300.0  # seconds, all waits of a request together
SAID_FROM = 5.0  # seconds: what nobody notices is not said


@dataclass(frozen=True)
class Answer:
    """That a service answered a request, for who traces a run; a request tried again has several.

    `request` has no query, and nothing of what was answered.
    """

    request: str
    status: int
    began: datetime
    ended: datetime


# where somebody collects them; each is added when it has come
answers: ContextVar[list[Answer] | None] = ContextVar("answers", default=None)


class Api:
    """A service's API, with the retries and errors above.

    `variable`: the one with the base URL, where it is not SERVICE_BASE_URL. `pause` reads from a
    response how many seconds to wait before the next request; `remedies` say what to do about a
    response of some status; one whose status is in `passthrough` is neither retried nor an error
    here: the caller judges it.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        variable: str = "",
        secrets: Collection[str],
        headers: Mapping[str, str] = MappingProxyType({}),
        auth: AuthBase | None = None,
        pause: Callable[[Response], float] | None = None,
        remedies: Mapping[int, str] = MappingProxyType({}),
        passthrough: Collection[int] = (),
    ) -> None:
        self.service, self.base_url, self.pause = service, base_url.rstrip("/"), pause
        self.variable = variable or f"{service}_BASE_URL".upper()
        self.remedies, self.passthrough = remedies, passthrough
        retried = [status for status in RETRIED_STATUS if status not in passthrough]
        client = Client(raise_for_status=False, status_codes=retried, retry_condition=_is_cut_off)
        client.configure()  # takes the figures of [runtime]
        self.session = client.session
        self.session.headers.update(headers)
        self.session.auth = auth
        self.session.hooks["response"].append(self._read_in_time)
        self.session.get_redirect_target = self._redirect_target  # type: ignore[method-assign]
        self.resume_at = self.paused = 0.0
        self.given_up = False
        self.closed: tuple[float, ApiError] | None = None
        retrying: Any = client.session.send.retry  # type: ignore[attr-defined]  # tenacity's
        retrying.stop |= self._is_too_long
        retrying.before_sleep = lambda state: self._say_wait(state.upcoming_sleep)
        conceal(*secrets, *secrets_of({self.variable: base_url}))

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Response:
        return self._request("GET", path, params=params)

    def post(self, path: str, json: Any = None, data: Any = None) -> Response:
        return self._request("POST", path, json=json, data=data)

    def _request(self, method: str, path: str, **content: Any) -> Response:
        url = f"{self.base_url}{path}"
        what = f"{self.service}: {method} {address(url)}"
        self._wait(what)
        try:
            response = self.session.request(method, url, **content)
        except FAILURES as error:
            cause = innermost(error)  # the outer ones repeat the address
            said = shown(f"{type(cause).__name__} {cause}")
            raise ApiError(f"{what} failed: {said}", is_transient=True) from None
        if not response.ok and response.status_code not in self.passthrough:
            raise self.refusal(response)
        if self.pause:
            self.resume_at = monotonic() + self.pause(response)
        return response

    def _read_in_time(self, response: Response, **_: Any) -> None:
        """Read a response to its end; the time-out of requests begins again with every byte."""
        late = Event()

        def give_up() -> None:
            late.set()
            with suppress(RuntimeError, ValueError):  # it has come in the meantime
                response.raw.shutdown()

        watch = Timer(LONGEST_WAIT, give_up)
        watch.daemon = True
        watch.start()
        began = clock.now() - response.elapsed  # which ends where the body begins
        try:
            response.content  # noqa: B018  # reads it
        except FAILURES:
            if not late.is_set():
                raise
        finally:
            watch.cancel()
        if late.is_set():
            where = f"{self.service}: {response.request.method} {address(response.url)}"
            said = f"{where}: the response takes longer than {LONGEST_WAIT:.0f} s to come"
            raise ApiError(said, is_transient=True)
        if (collected := answers.get()) is not None:
            path = redact(urlsplit(response.url).path)
            request = f"{self.service}: {response.request.method} {path}"
            collected.append(Answer(request, response.status_code, began, clock.now()))

    def refusal(self, response: Response) -> ApiError:
        """The error for a response that is none of success; it ends the asking for a time."""
        where = f"{self.service}: {response.request.method} {address(response.url)}"
        text = f"{where} answered HTTP {response.status_code}: {error_text(response)}"
        asked = asked_to_wait(response)
        if asked >= SAID_FROM:
            text += f"; it asks to wait {_duration(asked)}"
        is_transient = response.status_code in RETRIED_STATUS and not self.given_up
        remedy = self.remedies.get(response.status_code, "")
        error = ApiError(text, remedy, is_transient=is_transient)
        if self.given_up:
            self.closed = monotonic() + asked, error
        return error

    def _redirect_target(self, resp: Response) -> str | None:
        """Where to ask again: of the address that is answered, path and query alone are taken."""
        target = Session.get_redirect_target(self.session, resp)
        if target is None:
            return None
        asked = urlsplit(resp.url)
        try:
            parts = urlsplit(urljoin(resp.url, target))
            place = _origin(parts)
        except ValueError:
            place = "what is no address"
        if place != _origin(asked):
            where = f"{self.service}: {resp.request.method} {address(resp.url)}"
            text = f"{where} answered a redirect to {shown(place)}"
            raise ApiError(text, f"check {self.variable}")
        path = f"/{parts.path.lstrip('/')}"  # two of them would begin another host
        return urlunsplit((asked.scheme, asked.netloc, path, parts.query, ""))

    def _wait(self, what: str) -> None:
        """Hold the next request as long as the service has asked for, if that is not too long."""
        if self.closed and self.closed[0] > monotonic():
            raise self.closed[1]
        self.given_up = False
        self.paused = max(0.0, self.resume_at - monotonic())
        if self.paused > LONGEST_WAIT:
            raise ApiError(f"{what}: its quota is spent, it asks to wait {_duration(self.paused)}")
        self._say_wait(self.paused)
        sleep(self.paused)

    def _is_too_long(self, state: Any) -> bool:
        """Whether the next wait, on top of those before, is more than a request may wait."""
        response = None if state.outcome.failed else state.outcome.result()
        asked = asked_to_wait(response) if isinstance(response, Response) else 0.0
        waited = self.paused + float(state.idle_for)
        self.given_up = waited + max(asked, float(state.upcoming_sleep)) > LONGEST_WAIT
        return self.given_up

    def _say_wait(self, seconds: float) -> None:
        if seconds >= SAID_FROM:
            log.warning("%s: waiting %s", self.service, _duration(seconds))


def asked_to_wait(response: Response) -> float:
    """The seconds of a Retry-After, which are a number or a date; 0 where there is none."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return float(asked[:9])
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _duration(seconds: float) -> str:
    """Seconds, and when they are over."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return f"{seconds:,.0f} s, until {until:%Y-%m-%d %H:%M:%S} UTC"


def _is_cut_off(response: Response | None, _: BaseException | None) -> bool:
    """Whether a good response announces JSON and breaks off in the middle of it."""
    if response is None or not response.ok:
        return False
    return "json" in response.headers.get("Content-Type", "") and not is_json(response)


def _origin(parts: SplitResult) -> str:
    """Scheme, host and port of an address; ValueError where it has none."""
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"
