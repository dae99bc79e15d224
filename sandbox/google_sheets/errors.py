"""Errors of Google's APIs, as they word them."""

from typing import Any

from sandbox.service import RefusedError

_STATUSES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "UNAVAILABLE", 503: "UNAVAILABLE",
}  # fmt: skip
_MESSAGES = {
    401: "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
    "cookie or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    429: "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per "
    "user' of service 'sheets.googleapis.com' for consumer 'project_number:713713713'.",
    500: "Internal error encountered.",
    502: "The service is currently unavailable.",
    503: "The service is currently unavailable.",
}


class GoogleError(RefusedError):
    """An error of the API, with the details Google adds to some."""

    def __init__(self, status: int, message: str = "", *, name: str = "", reason: str = "") -> None:
        super().__init__(status, message or _MESSAGES[status])
        self.name, self.reason = name or _STATUSES[status], reason


def error_body(refused: RefusedError) -> dict[str, Any]:
    """What stands in `error`; an error that any service may have is worded anew."""
    if not isinstance(refused, GoogleError):
        message = _MESSAGES.get(refused.status, refused.message)
        refused = GoogleError(
            refused.status, message, name=_STATUSES.get(refused.status, "UNKNOWN")
        )
    body: dict[str, Any] = {
        "code": refused.status,
        "message": refused.message,
        "status": refused.name,
    }
    if refused.reason:
        body["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": refused.reason,
                "domain": "googleapis.com",
                "metadata": {"service": "sheets.googleapis.com"},
            }
        ]
    return body
