"""Pages of rows: what is asked of SQLite, and the cursor that says where the next page begins."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from signalroom.api.endpoints import Endpoint, Kind

VERSION = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
OF_KIND: dict[Kind, type] = {"text": str, "date": str, "bigint": int, "boolean": int}
BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Cursor:
    """The key of a page's last row, and the snapshot that the pages are of."""

    version: str
    key: tuple[Any, ...]

    def __str__(self) -> str:
        text = json.dumps([self.version, *self.key], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def of(cls, text: str, endpoint: Endpoint) -> Self:
        """ValueError where we never gave out such a cursor."""
        try:
            padded = text + "=" * (-len(text) % 4)
            version, *key = json.loads(base64.b64decode(padded, altchars="-_", validate=True))
            json.dumps(key, ensure_ascii=False).encode()  # not with half a character
        except (ValueError, TypeError, RecursionError):
            raise ValueError("it is not a cursor of this API") from None
        kinds = [OF_KIND[kind] for _, kind in endpoint.key]
        if (
            not (isinstance(version, str) and VERSION.fullmatch(version))
            or [type(value) for value in key] != kinds
            or any(isinstance(value, int) and abs(value) > BIGGEST for value in key)
        ):
            raise ValueError("it is not a cursor of this endpoint")
        return cls(version, tuple(key))


@dataclass(frozen=True)
class Page:
    """What is asked for: the clients (None: all), the values of filters, where, and how much."""

    endpoint: Endpoint
    clients: frozenset[str] | None
    values: Mapping[str, Any]
    limit: int
    order: Literal["asc", "desc"] = "asc"
    after: Cursor | None = None

    def statement(self) -> tuple[str, list[Any]]:
        """The statement, one row more than the page has, and its parameters."""
        key = [f'"{name}"' for name, _ in self.endpoint.key]
        conditions, parameters = ["true"], list[Any]()
        if self.clients is not None:
            conditions.append(f"{key[0]} in ({', '.join('?' * len(self.clients))})")
            parameters += sorted(self.clients)
        for one in self.endpoint.filters:
            if (value := self.values.get(one.name)) is not None:
                conditions.append(f'"{one.column}" {one.comparison} ?')
                parameters.append(value)
        if self.after:
            beyond = ">" if self.order == "asc" else "<"
            conditions.append(f"({', '.join(key)}) {beyond} ({', '.join('?' * len(key))})")
            parameters += self.after.key
        order = ", ".join(f"{name} {self.order}" for name in key)
        statement = (
            f'select body, {", ".join(key)} from "{self.endpoint.name}" '  # noqa: S608  # all ours
            f"where {' and '.join(conditions)} order by {order} limit ?"
        )
        return statement, [*parameters, self.limit + 1]

    def body(self, rows: list[tuple[Any, ...]], version: str) -> bytes:
        """The page as JSON, of the rows that the statement found."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        after = f'"{Cursor(version, shown[-1][1:])}"' if more else "null"
        return f'{{"data":[{",".join(row[0] for row in shown)}],"next":{after}}}'.encode()
