"""The query parameters of Google Sheets, checked as Google checks them."""

from typing import Any

from flask import request

from sandbox.google_sheets.errors import GoogleError
from sandbox.google_sheets.fields import BadMaskError, Mask, parse
from sandbox.service import fault

_RENDER = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
_DATES = ("SERIAL_NUMBER", "FORMATTED_STRING")
_DIMENSIONS = ("ROWS", "COLUMNS")
_SYSTEM = {
    "$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint",
    "quotaUser", "uploadType", "upload_protocol",
}  # fmt: skip
OF_VALUES = {"majorDimension", "valueRenderOption", "dateTimeRenderOption"}


def check(known: set[str]) -> None:
    """Refuse parameters the API does not know, as it does."""
    for name in request.args:
        if name not in known and name not in _SYSTEM:
            raise GoogleError(
                400,
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
                f"parameter. Field '{name}' could not be found in request message.",
            )


def flag(name: str) -> bool:
    text = request.args.get(name, "false")
    if text.lower() not in ("true", "false"):
        raise GoogleError(400, f"Invalid value at '{name}' (TYPE_BOOL), \"{text}\"")
    return text.lower() == "true"


def _choice(name: str, choices: tuple[str, ...]) -> str:
    chosen = request.args.get(name) or choices[0]
    if chosen not in choices:
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
        kind = name[0].upper() + name[1:]
        raise GoogleError(
            400,
            f"Invalid value at '{snake}' (type.googleapis.com/google.apps.sheets.v4.{kind}), "
            f'"{chosen}"',
        )
    return chosen


def value_options() -> dict[str, Any]:
    return {
        "render": _choice("valueRenderOption", _RENDER),
        "dates": _choice("dateTimeRenderOption", _DATES),
        "dimension": _choice("majorDimension", _DIMENSIONS),
        "loading": is_loading(),
    }


def mask_of_request(known: frozenset[str]) -> Mask:
    text = request.args.get("fields", "")
    if not text:
        return {}
    try:
        return parse(text, known)
    except BadMaskError as error:
        raise GoogleError(
            400,
            "Request contains an invalid argument. Error expanding 'fields' parameter. Cannot "
            f"find matching fields for path '{error}'.",
        ) from None


def is_loading() -> bool:
    return fault("loading") is not None
