"""What services answer: the JSON of a response, and what is wrong with it in one sentence."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from requests import Response

from loaders.errors import ApiError
from loaders.redaction import shown
from loaders.table import Row

MOST_PAGES = 1000
MOST_LEVELS = 100  # of objects and lists in each other
TOO_DEEP = f"of more than {MOST_LEVELS} levels"
NAMES_OF_ERRORS = ("detail", "error_description", "error", "errors")
KINDS: Mapping[type, str] = {dict: "an object", list: "a list"}

Kind = TypeVar("Kind")

# the JSON of responses, parsed once: first to see whether it breaks off, then to be read
_PARSED: WeakKeyDictionary[Response, Any] = WeakKeyDictionary()


class AmbiguousError(ValueError):
    """JSON that two programs would read as two things."""


def answer(response: Response, remedy: str = "") -> Any:
    """The JSON of a response, numbers exact; ApiError where it is an error or not JSON.

    Some services send control characters inside strings, or an error with status 200. `remedy`
    says what to do about it.
    """
    where = f"{response.request.method} {address(response.url)}"
    try:
        body = parsed(response)
    except ValueError as error:
        kind = response.headers.get("Content-Type", "no content type")
        refused = isinstance(error, AmbiguousError)
        what = f"JSON {error}" if refused else f"{shown(kind)} that is not JSON"
        said = f"{where} answered {what}: {error_text(response)}"
        # a page in place of an answer may be that of a maintenance
        raise ApiError(said, remedy, original=_text(response), is_transient=not refused) from None
    if found := _error_in(body):
        said = f"{where} answered an error with HTTP 200: {shown(str(found))}"
        raise ApiError(said, remedy, original=body)
    return body


def expect(kind: type[Kind], found: Any, where: str, remedy: str = "") -> Kind:
    """`found`, a part of an answer, where it is of the kind that the API promises."""
    if not isinstance(found, kind):
        raise unexpected(KINDS[kind], found, where, remedy)
    return found


def expect_rows(found: Any, where: str, remedy: str = "") -> list[Row]:
    """`found`, where it is a list of objects."""
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise unexpected("a list of rows", found, where, remedy)
    return found


def unexpected(expected: str, found: Any, where: str, remedy: str = "") -> ApiError:
    """The error for an answer that is not what the API promises."""
    text = f"{where}: unexpected response: expected {expected}, got {shown(str(found))!r}"
    return ApiError(text, remedy, original=found)


def new_rows(
    pages: Iterable[list[Row]], key: Callable[[Row], Hashable], where: str
) -> Iterator[list[Row]]:
    """The rows of each page that were on no page before; a page without any is the end.

    So pages may overlap, be shorter than asked for, or repeat the last one for ever.
    """
    seen: set[Hashable] = set()
    for number, page in enumerate(pages, start=1):
        fresh = {key(row): row for row in page if key(row) not in seen}
        if not fresh:
            return
        if number > MOST_PAGES:
            raise ApiError(f"{where} goes on after {MOST_PAGES} pages")
        seen |= fresh.keys()
        yield list(fresh.values())


def error_text(response: Response) -> str:
    """What a response says that went wrong, or else its first characters."""
    text = _text(response)
    with suppress(ValueError):
        text = str(_error_in(parsed(response)) or text)
    return shown(text) or "nothing"


def _text(response: Response) -> str:
    """All that was answered, whatever charset it claims to be in."""
    return (response.content or b"").decode(errors="replace")


def parsed(response: Response) -> Any:
    """The JSON of a response; ValueError where it is none, or AmbiguousError."""
    if response not in _PARSED:
        try:
            body = json.loads(
                response.content or b"",
                parse_float=Decimal,
                strict=False,
                object_pairs_hook=_unambiguous,
            )
        except RecursionError:
            raise AmbiguousError(TOO_DEEP) from None
        _check_levels(body)
        _PARSED[response] = body
    return _PARSED[response]


def is_json(response: Response) -> bool:
    """Whether a response is of the API, and not of a server before it."""
    try:
        parsed(response)
    except ValueError:
        return False
    return True


def _unambiguous(pairs: list[tuple[str, Any]]) -> Row:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise AmbiguousError("in which a key comes twice")
    return found


def _check_levels(body: Any) -> None:
    """AmbiguousError where a value is so deep that it could not be shown or written again."""
    level = [body] if type(body) in KINDS else []
    for _ in range(MOST_LEVELS):
        if not level:
            return
        inside = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for one in chain.from_iterable(inside) if type(one) in KINDS]
    raise AmbiguousError(TOO_DEEP)


def address(url: str | None) -> str:
    """An address without its query, and without a password."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _error_in(body: Any) -> Any:
    """The error in a body, under any of the names that services give it."""
    named = (body.get(name) for name in NAMES_OF_ERRORS) if isinstance(body, dict) else ()
    return _message(next(filter(None, named), None))


def _message(error: Any) -> Any:
    """The message of an error, or the messages of several."""
    if isinstance(error, list):
        return "; ".join(str(_message(one)) for one in error)
    return error.get("message", error) if isinstance(error, dict) else error
