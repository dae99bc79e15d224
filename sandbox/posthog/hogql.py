"""The HogQL that a loader sends: named columns of events by keyset, or how many there are.

    select uuid, toTimeZone(timestamp, 'UTC') as at, properties from events
    where timestamp >= toDateTime64('2025-12-01 00:00:00', 6, 'UTC') and event in ('purchase')
      and (timestamp, uuid) > (toDateTime64('...', 6, 'UTC'), toUUID('...'))
    order by timestamp, uuid limit 1000

A time without a zone is of the project's own. What is not understood is refused as PostHog refuses
what it does not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.posthog.events import EVERYTHING, Key, micros, sort_value

_T = TypeVar("_T")

MOST_ROWS = 50_000
DEFAULT_ROWS = 100
OFFSET_REFUSED = (
    "OFFSET is not supported on queries made with a personal API key. For pagination, use keyset "
    "pagination on the `timestamp` column, e.g. `WHERE timestamp > :last_seen_timestamp ORDER BY "
    "timestamp LIMIT N`. For bulk data extraction, use batch exports: "
    "https://posthog.com/docs/cdp/batch-exports"
)
FIELDS = (
    "uuid", "event", "properties", "timestamp", "distinct_id", "elements_chain", "created_at",
    "person_id", "$session_id",
)  # fmt: skip
_TIMES = ("timestamp", "created_at")
_TOKEN = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:(?P<string>'(?:[^'\\]|\\.|'')*')|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_$][\w$]*|`[^`]+`)|(?P<sign><=|>=|!=|<>|==|[=<>(),.*;+\-/{}\[\]%]))"
)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.(\d{1,9}))?)?))?(Z)?")


class HogQLError(Exception):
    """A query that is refused; `code` as PostHog names the kind."""

    def __init__(self, detail: str, code: str = "hogql_query_error") -> None:
        super().__init__(detail)
        self.detail, self.code = detail, code


@dataclass(frozen=True)
class Column:
    """A selected column: a field, or a path into its JSON, under a name and for times in a zone."""

    name: str
    field: str
    path: tuple[str, ...] = ()
    zone: str | None = None


@dataclass(frozen=True)
class Query:
    """A query that was understood; `after` is what a tuple says, `low` what a plain time does."""

    columns: tuple[Column, ...]
    low: Key = EVERYTHING[0]
    after: Key = EVERYTHING[0]
    high: Key = EVERYTHING[1]
    events: frozenset[str] | None = None
    order: tuple[str, ...] = ()
    descending: bool = False
    limit: int | None = None

    @property
    def counts(self) -> bool:
        return self.columns[0].field == "count()"

    @property
    def rows(self) -> int:
        """How many rows are given at most; more are cut without a word."""
        return min(DEFAULT_ROWS if self.limit is None else self.limit, MOST_ROWS)


def parse(text: str, zone: str) -> Query:
    """Understand a query to a project of that zone, or refuse it."""
    return _Parser(text, zone).query()


class _Parser:
    def __init__(self, text: str, zone: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._zone = zone

    def query(self) -> Query:
        self._take("select")
        columns = self._list(self._column)
        self._take("from")
        if (table := self._name()) != "events":
            raise HogQLError(f"Unknown table `{table}`.")
        query = Query(tuple(columns))
        if self._next("where"):
            query = self._condition(query)
            while self._next("and"):
                query = self._condition(query)
        if self._next("order"):
            self._take("by")
            query = self._ordered(query)
        if self._next("limit"):
            query = replace(query, limit=self._whole())
        if self._word() == "offset" or (self._word() == "," and query.limit is not None):
            raise HogQLError(OFFSET_REFUSED)
        self._next(";")
        if self._word():
            raise self._unexpected()
        if query.counts and (len(columns) > 1 or query.order or query.limit is not None):
            raise _unsupported("count() beside anything else")
        return query

    def _column(self) -> Column:
        start = self._at
        if self._next("*"):
            raise _unsupported("*: name the columns")
        column = self._expression()
        shown = "".join(token for _, token in self._tokens[start : self._at]).replace(",", ", ")
        if self._next("as"):
            shown = self._name()
        return replace(column, name=shown)

    def _expression(self) -> Column:
        name = self._name()
        if not self._next("("):
            return self._field(name)
        if name == "count":
            self._take(")")
            return Column("", "count()")
        if name == "toTimeZone":
            column = self._field(self._name())
            self._take(",")
            zone = _zone(self._string())
        elif name == "toString":
            column, zone = self._field(self._name()), None
        else:
            raise _unsupported(f"the function {name}")
        self._take(")")
        if column.field in _TIMES and zone is None:
            raise _unsupported("toString of a time")
        if zone is not None and column.field not in _TIMES:
            raise HogQLError("Illegal type String of argument", "illegal_type_of_argument")
        return replace(column, zone=zone)

    def _field(self, name: str) -> Column:
        path: list[str] = []
        while self._next("."):
            path.append(self._name())
        if name == "person" and len(path) == 2 and path[0] == "properties":
            return Column("", "person.properties", tuple(path[1:]))
        if name == "person" and not path:
            raise HogQLError("Can't select a table when a column is expected: person")
        if name not in FIELDS or (path and name != "properties"):
            raise HogQLError(f"Unable to resolve field: {name}")
        if len(path) > 1:
            raise _unsupported("a path of more than one step into properties")
        return Column("", name, tuple(path))

    def _condition(self, query: Query) -> Query:
        if self._next("("):
            first = self._expression()
            if not self._next(","):
                query = self._compared(query, first)
                while self._next("and"):
                    query = self._condition(query)
                self._take(")")
                return query
            second = self._expression()
            self._take(")")
            if (first.field, second.field) != ("timestamp", "uuid"):
                raise _unsupported("a tuple other than (timestamp, uuid)")
            return self._keyset(query)
        return self._compared(query, self._expression())

    def _keyset(self, query: Query) -> Query:
        sign = self._sign("<", "<=", ">", ">=")
        self._take("(")
        at = self._time()
        self._take(",")
        place = (at, self._uuid())
        self._take(")")
        above = (place[0], place[1] + 1)
        bound = above if sign in (">", "<=") else place
        if sign.startswith(">"):
            return replace(query, after=max(query.after, bound))
        return replace(query, high=min(query.high, bound))

    def _compared(self, query: Query, column: Column) -> Query:
        if column.field == "event":
            return self._named(query)
        if column.field != "timestamp":
            raise _unsupported(f"a condition on {column.field}")
        sign = self._sign("<", "<=", ">", ">=", "=", "==")
        at = self._time()
        here, above = (at, 0), (at + 1, 0)
        if sign in (">", ">=", "=", "=="):
            query = replace(query, low=max(query.low, above if sign == ">" else here))
        if sign in ("<", "<=", "=", "=="):
            query = replace(query, high=min(query.high, here if sign == "<" else above))
        return query

    def _named(self, query: Query) -> Query:
        if self._next("in"):
            self._take("(")
            names = frozenset(self._list(self._string))
            self._take(")")
        else:
            self._sign("=", "==")
            names = frozenset([self._string()])
        return replace(query, events=names if query.events is None else names & query.events)

    def _ordered(self, query: Query) -> Query:
        keys = self._list(self._key)
        order = tuple(name for name, _ in keys)
        directions = {descending for _, descending in keys}
        if order not in (("timestamp",), ("timestamp", "uuid")) or len(directions) > 1:
            raise _unsupported("an order other than timestamp, uuid")
        return replace(query, order=order, descending=directions.pop())

    def _key(self) -> tuple[str, bool]:
        name = self._expression().field
        if self._next("desc"):
            return name, True
        self._next("asc")
        return name, False

    def _time(self) -> int:
        """A time in microseconds; a scale below 6 cuts it."""
        if self._kind() == "string":
            return _moment(self._string(), self._zone)
        function = self._name()
        if function not in ("toDateTime64", "toDateTime"):
            raise _unsupported(f"{function} as a time")
        self._take("(")
        text = self._string()
        scale, zone = 6, self._zone
        if function == "toDateTime64":
            self._take(",")
            scale = self._whole()
        if self._next(","):
            zone = _zone(self._string())
        self._take(")")
        unit = 10 ** max(0, 6 - scale)
        moment: int = _moment(text, zone, lenient=function == "toDateTime") // unit * unit
        return moment

    def _uuid(self) -> int:
        in_function = self._kind() != "string"
        if in_function:
            self._take("touuid")
            self._take("(")
        text = self._string()
        if in_function:
            self._take(")")
        try:
            return sort_value(str(UUID(text)))
        except ValueError:
            raise HogQLError(f"Cannot parse uuid {text}", "cannot_parse_uuid") from None

    def _list(self, one: Callable[[], _T]) -> list[_T]:
        items = [one()]
        while self._next(","):
            items.append(one())
        return items

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _word(self) -> str:
        """The next token, in lower case unless it is a string; blank at the end."""
        kind = self._kind()
        return self._tokens[self._at][1].lower() if kind and kind != "string" else kind

    def _next(self, word: str) -> bool:
        found = self._word() == word
        self._at += found
        return found

    def _take(self, word: str) -> None:
        if not self._next(word):
            raise self._unexpected()

    def _token(self, kind: str) -> str:
        if self._kind() != kind:
            raise self._unexpected()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _name(self) -> str:
        return self._token("name").strip("`")

    def _whole(self) -> int:
        return int(float(self._token("number")))

    def _string(self) -> str:
        text = self._token("string")[1:-1].replace("''", "'")
        return re.sub(r"\\(.)", r"\1", text)

    def _sign(self, *known: str) -> str:
        sign = self._token("sign")
        if sign not in known:
            raise _unsupported(f"{sign} here")
        return sign

    def _unexpected(self) -> HogQLError:
        if not self._kind():
            return HogQLError("mismatched input '<EOF>'", "hogql_syntax_error")
        text = self._tokens[self._at][1]
        return HogQLError(f"no viable alternative at input '{text}'", "hogql_syntax_error")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    text, at = text.rstrip(), 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            near = text[at:].strip()[:1]
            raise HogQLError(f"token recognition error at: '{near}'", "hogql_syntax_error")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    if not tokens:
        raise HogQLError("Empty query", "hogql_syntax_error")
    return tokens


def _unsupported(what: str) -> HogQLError:
    return HogQLError(f"The sandbox's HogQL does not know {what}.")


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        raise HogQLError(f"Unknown timezone: '{name}'") from None


def _moment(text: str, zone: str, *, lenient: bool = False) -> int:
    found = _TIME.fullmatch(text)
    if found is None or (found[4] and not lenient):
        detail = f"Cannot parse string '{text}' as DateTime64(6)"
        raise HogQLError(detail, "cannot_parse_text")
    fraction = (found[3] or "").ljust(6, "0")[:6]
    clock = (found[2] or "00:00").split(".", maxsplit=1)[0]
    try:
        local = datetime.fromisoformat(f"{found[1]}T{clock}")
    except ValueError:
        raise HogQLError(f"Cannot parse string '{text}'", "cannot_parse_text") from None
    return micros(local.replace(tzinfo=ZoneInfo("UTC" if found[4] else zone))) + int(fraction)
