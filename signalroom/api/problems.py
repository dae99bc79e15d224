"""Errors as problem details, RFC 9457: nothing of our insides, and an id to find them by."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
SCHEMA = {
    "type": "object",
    "description": "Problem details, RFC 9457.",
    "required": ["type", "title", "status", "request_id"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "As in the header X-Request-ID."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["parameter", "detail"],
                "additionalProperties": False,
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def problem(
    scope: Mapping[str, Any],
    status: int,
    detail: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """The answer to a request that has failed."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail and detail != content["title"]:
        content["detail"] = detail
    if errors:
        content["errors"] = list(errors)
    content["request_id"] = scope["state"]["request_id"]
    return JSONResponse(content, status, headers, MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> JSONResponse:
    """Of an error that has a status, such as a path that is not there."""
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for these alone
    return problem(request.scope, error.status_code, error.detail, headers=error.headers)


async def not_understood(request: Request, error: Exception) -> JSONResponse:
    """Of parameters that are unknown or not as declared."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [
        {"parameter": str(one["loc"][-1])[:100], "detail": _detail(one)} for one in error.errors()
    ]
    return problem(request.scope, 422, "a parameter is not as it is declared", errors=errors)


def _detail(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "there is no such parameter"
    return str(error["msg"]).removeprefix("Value error, ")


async def broken(request: Request, _error: Exception) -> JSONResponse:
    """Of what should not happen; the log has it."""
    return problem(request.scope, 500, "look for the request's id in the log of the API")
