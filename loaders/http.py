"""HTTP manners, the same for every source.

dlt's client retries (409, 429, 5xx, time-outs, dropped connections, cut-off JSON) up to five times
with exponential back-off from 1 s to 5 min and honours Retry-After; `[runtime]` in
.dlt/config.toml holds these figures. Whatever is left after that is one `ApiError` that names the
request and never a secret. 400, 401 and 403 are not tried again.
"""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from decimal import Decimal
from time import monotonic, sleep
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client.client import RESTClient
from requests import PreparedRequest, RequestException, Response
from requests.auth import AuthBase

from loaders.errors import ApiError
from loaders.redaction import conceal, redact

RETRIED_STATUS = (409, 429, *range(500, 600))
SHOWN_CHARACTERS = 160


class QueryKey(AuthBase):
    """A key in the query string, added last so that no other code sees the address with it."""

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.prepare_url(request.url, {self.name: self.key})
        return request


def open_api(
    service: str,
    base_url: str,
    *,
    secrets: tuple[str, ...],
    headers: dict[str, str] | None = None,
    auth: AuthBase | None = None,
    pause: Callable[[Response], float] | None = None,
    remedies: Mapping[int, str] = MappingProxyType({}),
    passthrough: Collection[int] = (),
) -> RESTClient:
    """dlt's REST client for a service, with the manners above.

    `pause` reads from an answer how many seconds to wait before the next request; `remedies` say
    what to do about an answer of some status; one of a status that is `passthrough` is the caller's
    to judge: to ask for the same again would not help.
    """
    conceal(*secrets)
    session = patient_client(passthrough).session
    send = session.send
    resume_at = 0.0

    def send_and_check(request: PreparedRequest, **kwargs: Any) -> Response:
        nonlocal resume_at
        sleep(max(0.0, resume_at - monotonic()))
        what = f"{service}: {request.method} {_address(request.url)}"
        try:
            response: Response = send(request, **kwargs)  # type: ignore[no-untyped-call]
        except RequestException as error:
            raise ApiError(redact(f"{what} failed: {_cause(error)}")) from None
        if not response.ok and response.status_code not in passthrough:
            raise ApiError(
                redact(f"{what} answered HTTP {response.status_code}: {_said(response)}"),
                remedies.get(response.status_code, ""),
            )
        if pause:
            resume_at = monotonic() + pause(response)
        return response

    session.send = send_and_check  # type: ignore[method-assign]  # as dlt itself adds its retries
    return RESTClient(base_url, headers=headers, auth=auth, session=session)


def patient_client(passthrough: Collection[int] = ()) -> Client:
    """dlt's client with the retries above; an answer that stays an error is handed over."""
    retried = [status for status in RETRIED_STATUS if status not in passthrough]
    client = Client(raise_for_status=False, status_codes=retried, retry_condition=_cut_off)
    client.configure()  # takes the figures of [runtime]
    return client


def answer(response: Response, remedy: str = "") -> Any:
    """The JSON of an answer, numbers exact; ApiError for anything that is no JSON or an error.

    Some services send control characters inside strings, or an error with status 200. `remedy`
    says what to do about it.
    """
    where = f"{response.request.method} {_address(response.url)}"
    try:
        body = _parsed(response)
    except ValueError:
        kind = response.headers.get("Content-Type", "no content type")
        raise ApiError(
            redact(f"{where} answered {kind} that is no JSON: {_said(response)}"), remedy
        ) from None
    error = _error_in(body)
    if error:
        raise ApiError(redact(f"{where} answered an error with HTTP 200: {error}"), remedy)
    return body


def _cut_off(response: Response | None, _: BaseException | None) -> bool:
    """Whether a good answer announces JSON and breaks off in the middle of it."""
    if response is None or not response.ok:
        return False
    if "json" not in response.headers.get("Content-Type", ""):
        return False
    try:
        _parsed(response)
    except ValueError:
        return True
    return False


def _parsed(response: Response) -> Any:
    """The JSON of an answer, taken apart once for all who ask."""
    kept = vars(response)
    if "parsed" not in kept:
        kept["parsed"] = json.loads(response.content, parse_float=Decimal, strict=False)
    return kept["parsed"]


def _address(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _said(response: Response) -> str:
    text = " ".join(response.text.split())
    with suppress(ValueError):
        text = str(_error_in(json.loads(text)) or text)
    return text[:SHOWN_CHARACTERS] or "nothing"


def _error_in(body: Any) -> Any:
    """What a body says went wrong, under any of the names that services give it."""
    named = (
        (body.get(name) for name in ("detail", "error", "errors")) if isinstance(body, dict) else ()
    )
    return _worded(next(filter(None, named), None))


def _worded(error: Any) -> Any:
    """The message of an error, or the messages of several."""
    if isinstance(error, list):
        return "; ".join(str(_worded(one)) for one in error)
    return error.get("message", error) if isinstance(error, dict) else error


def _cause(error: BaseException) -> str:
    """The innermost reason of a failed request: the outer ones repeat the address."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return f"{type(error).__name__} {error}"[:SHOWN_CHARACTERS].strip()
