"""The parameters of an endpoint as FastAPI declares and checks them.

Values are taken as they are written, not as pydantic would read them: `0` is no date and no truth,
`1.0` no whole number.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from signalroom.api.endpoints import Endpoint, Filter, Kind
from signalroom.api.pages import BIGGEST, Cursor

PAGE, LARGEST_PAGE = 100, 1_000


def _written(pattern: str, meaning: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if not (isinstance(value, str) and re.fullmatch(pattern, value)):
            raise ValueError(f"it must be {meaning}")
        return value

    return BeforeValidator(check)


DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
INTEGER = _written(r"-?(0|[1-9][0-9]{0,18})", "a whole number")
TYPES: dict[Kind, Any] = {
    "text": Annotated[str, Field(min_length=1, max_length=100)],
    "bigint": Annotated[int, Field(ge=-BIGGEST, le=BIGGEST), INTEGER],
    "boolean": Annotated[bool, _written("true|false", "true or false")],
    "date": Annotated[date, _written(DAY, "a day as YYYY-MM-DD"), AfterValidator(date.isoformat)],
}


def parameters(endpoint: Endpoint) -> type[BaseModel]:
    """The parameters of an endpoint; others are refused."""
    cursor: Callable[[str], Cursor] = partial(Cursor.of, endpoint=endpoint)
    fields: dict[str, Any] = {
        one.name: _optional(_type(one), one.description) for one in endpoint.filters
    }
    fields |= {
        "limit": (
            Annotated[int, INTEGER],
            Field(PAGE, ge=1, le=LARGEST_PAGE, description="Rows of a page."),
        ),
        "order": (
            Literal["asc", "desc"],
            Field("asc", description="By the key, from its first row or from its last."),
        ),
        "cursor": _optional(
            Annotated[
                str,
                Field(max_length=2_000, json_schema_extra={"format": f"{endpoint.name}-cursor"}),
                AfterValidator(cursor),
            ],
            "The `next` of the page before.",
        ),
    }
    return create_model(endpoint.name, __config__=ConfigDict(extra="forbid"), **fields)


def _type(one: Filter) -> Any:
    return Literal[one.values] if one.values else TYPES[one.kind]


def _optional(kind: Any, description: str) -> tuple[Any, Any]:
    # no null in its schema: there is no way to send one
    return kind, Field(default_factory=lambda: None, description=description)
