"""Bearer tokens: one for its lifetime, kept out of every message and log.

dlt's OAuth2ClientCredentials renews a token only once it has ended and never after a 401, and
takes a response without a token for a token; hence these.
"""

import re
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any

from requests import PreparedRequest, Response
from requests.auth import AuthBase

from loaders.answers import answer
from loaders.errors import ApiError
from loaders.http import Api
from loaders.redaction import conceal

EARLY_SECONDS = 60.0  # renewed that long before its end, so that it does not end on the way
EARLY_SHARE = 0.1  # or, where it lives for a short time, with this share of it left
TOKEN_IN_TEXT = re.compile(r'"access_token"\s*:\s*"([^"]{8,})')  # also where the answer breaks off


class Token(AuthBase):
    """Signs requests with a token from an endpoint; `tokens` is its API, for its own remedies.

    `form` makes what is posted to be given a token.
    A service may take a token back: on a 401 the request is repeated once, with a new one.
    """

    def __init__(
        self, tokens: Api, path: str, form: Callable[[], dict[str, str]], remedy: str
    ) -> None:
        self.tokens, self.path, self.form, self.remedy = tokens, path, form, remedy
        self.token = ""
        self.renew_at = -inf

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if monotonic() >= self.renew_at:
            self.renew()
        request.register_hook("response", self._repeat_if_refused)  # type: ignore[no-untyped-call]
        return self._signed(request)

    def renew(self) -> None:
        """Ask for a token; ApiError when none comes."""
        asked_at = monotonic()
        response = self.tokens.post(self.path, data=self.form())
        said = response.content.decode(errors="replace")
        conceal(*TOKEN_IN_TEXT.findall(said))  # before an error shows the answer
        body = answer(response, self.remedy)
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise ApiError(f"POST {response.url} answered without an access_token", self.remedy)
        conceal(token)
        lifetime = _seconds(body.get("expires_in"))
        self.token = token
        self.renew_at = asked_at + lifetime - min(EARLY_SECONDS, EARLY_SHARE * lifetime)

    def _signed(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def _repeat_if_refused(self, response: Response, **how: Any) -> Response:
        if response.status_code != 401:
            return response
        response.close()
        self.renew()
        repeated: Response = response.connection.send(self._signed(response.request), **how)
        return repeated


def _seconds(lifetime: Any) -> float:
    """How long a token lives; where that is not said, a 401 will say when it is over."""
    try:
        seconds = float(lifetime)
    except (OverflowError, TypeError, ValueError):
        return inf
    return seconds if seconds > 0 else inf
