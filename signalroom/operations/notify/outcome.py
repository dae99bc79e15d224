"""What became of a message, and how a service is asked so that this is known.

The loaders' client asks again after a lost answer, which would say a message twice; so each request
is made once here, and who sends decides whether another one can do harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from errno import ENETUNREACH
from socket import gaierror
from ssl import SSLCertVerificationError
from typing import Any, Literal

import requests
from requests import Response
from requests.exceptions import ConnectTimeout, ProxyError

from loaders.answers import error_text, parsed
from loaders.errors import innermost
from loaders.http import asked_to_wait
from loaders.redaction import shown

State = Literal["sent", "refused", "failed", "unknown"]
TIMEOUT = (5.0, 15.0)  # seconds to connect, and between two parts of an answer
MANNERS = {"User-Agent": "signalroom"}  # Resend answers nobody without one
LOST_BEHIND = (502, 504)  # of a proxy, behind which the service may have accepted


@dataclass(frozen=True)
class Outcome:
    """Refused is final, failed was not sent and may be tried again, unknown may have been sent.

    `wait`: the seconds until another try that the service asks for.
    """

    state: State
    reason: str = ""
    wait: float = 0.0


SENT = Outcome("sent")


def ask(method: str, url: str, **content: Any) -> Response | Outcome:
    """The response in which a service decided; an outcome where it came to no decision."""
    headers = {**MANNERS, **content.pop("headers", {})}
    try:
        response = requests.request(
            method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False, **content
        )
    except (requests.RequestException, ValueError) as error:
        cause = innermost(error)  # the outer ones repeat the address, which may be a secret
        said = shown(f"{type(cause).__name__} {cause}")
        if isinstance(error, ValueError):  # an address that no host can have
            return Outcome("refused", said)
        return Outcome("failed" if _never_arrived(error) else "unknown", said)
    said = f"HTTP {response.status_code}: {error_text(response)}"
    if response.status_code in LOST_BEHIND:
        return Outcome("unknown", said)
    if response.status_code >= 500:
        return Outcome("failed", said, asked_to_wait(response))
    if 300 <= response.status_code < 400:
        return Outcome("refused", f"HTTP {response.status_code}, a redirect: check the address")
    return response


def too_many(response: Response) -> Outcome:
    """The outcome of 429, of which nothing was accepted."""
    return Outcome("failed", f"HTTP 429: {error_text(response)}", asked_to_wait(response))


def body_of(response: Response) -> Mapping[str, Any]:
    """The object of a response; empty where it is none."""
    try:
        body = parsed(response)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _never_arrived(error: requests.RequestException) -> bool:
    """Whether no byte of a request can have reached the service."""
    cause = innermost(error)
    return (
        isinstance(error, ConnectTimeout | ProxyError)
        or isinstance(cause, ConnectionRefusedError | gaierror | SSLCertVerificationError)
        or (isinstance(cause, OSError) and cause.errno == ENETUNREACH)
    )
