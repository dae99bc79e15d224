"""How Mautic's API is read: each list and each table of stats by key, page after page.

- A page begins after the last key of the one before, so a record that vanishes or is edited while
  we read moves no other; `start` and `total` are never used. The end is an empty page.
- No row may come before the one before it. A server that ignores the filter or the order breaks
  that, and is refused.
- `where` switches off Mautic's own filters, which would hide the variants of e-mails; newer ones
  hide them all the same. An e-mail that is named elsewhere and not in the list is asked for alone.
- The rows lie in a map by id, in a list, or in [] or {} where there are none. Rows of stats are
  text in UTC; whatever is wrong there comes with status 200.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from requests import Response

from loaders.answers import answer, expect, expect_rows, is_json, unexpected
from loaders.errors import ApiError
from loaders.fitting import fit_bigint
from loaders.http import Api
from loaders.oauth import Token
from loaders.source import Account, Finding
from loaders.sources.mautic_rows import as_list, children, contact, decoded, entity, ids_of
from loaders.table import Page, Row, Table
from loaders.windows import Window, midnight

PAGE_ROWS = 500
CREDENTIALS = "check MAUTIC_CLIENT_ID and MAUTIC_CLIENT_SECRET"
ADDRESS = "check MAUTIC_BASE_URL"
ROLE = "check that Mautic's API is enabled and that the role of the credentials may view all of it"
NO_DATE = "0000-00-00"  # as older databases write it

Key = tuple[int, ...]
Clause = tuple[str, str, Any]  # column, expression and value; for orX and andX the value is clauses


@dataclass(frozen=True)
class Endpoint:
    """Where the rows of a table are: their address, their place in the answer, and their key.

    `dates` are the columns of which one must lie in a window; of one that ends, the first. `where`
    holds for every request, and that what is dated is not before the client's start.
    """

    path: str
    body: str = "stats"
    row: Callable[[Row], Row] = dict
    key: tuple[str, ...] = ("id",)
    dates: tuple[str, ...] = ()
    where: tuple[Clause, ...] = ()
    names_mail: str | None = None  # the column with the id of an e-mail
    one: str | None = None  # what a single row is called, where rows are to be asked for alone


# what a mail brought: also one that was deleted, and is known as the source alone
BY_MAIL: Clause = ("", "orX", [("email_id", "isNotNull", None), ("source", "eq", "email")])

ENDPOINTS = {
    # its modification is blank until a contact is edited for the first time
    "contacts": Endpoint(
        "/api/contacts", "contacts", contact, dates=("date_modified", "date_added")
    ),
    "emails": Endpoint("/api/emails", "emails", entity, one="email"),
    "campaigns": Endpoint("/api/campaigns", "campaigns", entity),
    "segments": Endpoint("/api/segments", "lists", entity),
    # mail is opened long after it was sent
    "email_stats": Endpoint(
        "/api/stats/email_stats", dates=("date_sent", "last_opened"), names_mail="email_id"
    ),
    "page_hits": Endpoint(
        "/api/stats/page_hits", dates=("date_hit",), where=(BY_MAIL,), names_mail="email_id"
    ),
    "lead_donotcontact": Endpoint("/api/stats/lead_donotcontact"),
    "lead_lists_leads": Endpoint("/api/stats/lead_lists_leads", key=("leadlist_id", "lead_id")),
}


class Mautic:
    """One install."""

    def __init__(self, account: Account) -> None:
        base_url, secret = account.settings["base_url"], account.settings["client_secret"]
        refused = dict.fromkeys((400, 401, 403), CREDENTIALS)
        self.start = midnight(account.start_date, account.timezone)
        self.credentials = Token(
            Api("mautic", base_url, secrets=(secret,), remedies=refused | {404: ADDRESS}),
            "/oauth/v2/token",
            lambda: {
                "grant_type": "client_credentials",
                "client_id": account.settings["client_id"],
                "client_secret": secret,
            },
            remedy=f"{ADDRESS}, MAUTIC_CLIENT_ID and MAUTIC_CLIENT_SECRET",
        )
        self.mail: set[int] = set()  # the e-mails that are named by what was read
        self.api = Api(
            "mautic",
            base_url,
            secrets=(secret,),
            auth=self.credentials,
            passthrough=(404,),
            remedies={
                401: f"{CREDENTIALS}, and that the web server passes on the Authorization header",
                403: ROLE,
                404: ADDRESS,
                429: "raise the rate limit in the API settings of Mautic, or load later",
            },
        )

    def read(self, table: Table, window: Window) -> Iterator[Page]:
        endpoint = ENDPOINTS[table.name]
        narrowed = [*endpoint.where, *within(endpoint, window)]
        if table.is_dated:
            narrowed.append((endpoint.dates[0], "gte", _stored(self.start)))
        last: Key = (0,) * len(endpoint.key)
        listed: set[int] = set()
        while rows := rows_of(self._ask(endpoint, last, narrowed, PAGE_ROWS), endpoint):
            origin = f"{endpoint.path} after {_shown(last)}"
            last = last_key(endpoint, rows, last)
            yield Page(origin, [_fitting(table, endpoint.row(row)) for row in rows])
            if endpoint.one:
                listed |= ids_of(row.get("id") for row in rows)
                self.mail |= ids_of(id_ for row in rows for id_ in children(row))
            if endpoint.names_mail:
                self.mail |= ids_of(row.get(endpoint.names_mail) for row in rows)
        if endpoint.one:
            yield from self.read_alone(table, [(id_,) for id_ in sorted(self.mail - listed)])

    def read_alone(self, table: Table, keys: Iterable[Key]) -> Iterator[Page]:
        """The rows of these keys, of a table whose list hides some; those that there are."""
        endpoint = ENDPOINTS[table.name]
        for key in keys if endpoint.one else ():
            path = f"{endpoint.path}/{key[0]}"
            response = self.api.get(path)
            if response.status_code == 404 and is_json(response):  # Mautic says so, no other server
                continue
            if not response.ok:
                raise self.api.refusal(response)
            body = expect(dict, answer(response), f"mautic: {path}")
            row = expect(dict, body.get(endpoint.one), f"mautic: {path}")
            yield Page(path, [_fitting(table, endpoint.row(row))])

    def examine(self) -> Iterator[Finding]:
        self.credentials.renew()
        readable, version = 0, None
        for endpoint in ENDPOINTS.values():
            try:
                response = self._ask(endpoint, (0,) * len(endpoint.key), endpoint.where, 1)
                rows_of(response, endpoint)
            except ApiError as error:
                yield Finding("fail", str(error))
            else:
                readable += 1
                version = response.headers.get("Mautic-Version")
        if readable:
            reached = f"Mautic {version} is reachable" if version else "is reachable"
            yield Finding("ok", f"mautic: {reached}, {readable} tables can be read")

    def _ask(
        self, endpoint: Endpoint, last: Key, narrowed: Sequence[Clause], limit: int
    ) -> Response:
        """The rows after a key, in its order."""
        parameters = as_parameters([after(endpoint.key, last), *narrowed]) | {"limit": str(limit)}
        for n, column in enumerate(endpoint.key):
            parameters |= {f"order[{n}][col]": column, f"order[{n}][dir]": "asc"}
        response = self.api.get(endpoint.path, parameters)
        if not response.ok:
            raise self.api.refusal(response)
        return response


def after(key: Sequence[str], last: Sequence[int]) -> Clause:
    """The clause for what comes after a key of one or several columns."""
    beyond: Clause = (key[0], "gt", last[0])
    if len(key) == 1:
        return beyond
    same: Clause = ("", "andX", [(key[0], "eq", last[0]), after(key[1:], last[1:])])
    return "", "orX", [beyond, same]


def within(endpoint: Endpoint, window: Window) -> Iterator[Clause]:
    """The clauses for a window; the database holds times as text in UTC."""
    dates = endpoint.dates[:1] if window.until else endpoint.dates  # the days asked for, no others
    if window.since:
        yield "", "orX", [(name, "gte", _stored(window.since)) for name in dates]
    if window.until:
        yield dates[0], "lt", _stored(window.until)


def as_parameters(clauses: Sequence[Clause], stem: str = "where") -> dict[str, str]:
    """Clauses as PHP reads them from an address: where[0][val][1][col]=x."""
    found: dict[str, str] = {}
    for n, (column, expression, value) in enumerate(clauses):
        one = f"{stem}[{n}]"
        found[f"{one}[expr]"] = expression
        if isinstance(value, list):
            found |= as_parameters(value, f"{one}[val]")
            continue
        found[f"{one}[col]"] = column
        if value is not None:
            found[f"{one}[val]"] = str(value)
    return found


def rows_of(response: Response, endpoint: Endpoint) -> list[Row]:
    """The rows in an answer; ApiError where there are none to be found."""
    body = answer(response)
    if isinstance(body, dict) and "availableTables" in body:
        raise ApiError(f"mautic: {endpoint.path} is not a table of this version of Mautic")
    rows = body.get(endpoint.body) if isinstance(body, dict) else None
    where = f"mautic: {endpoint.path}"
    if not isinstance(rows, dict | list):
        raise unexpected(f"rows as `{endpoint.body}`", body, where)
    return expect_rows(as_list(rows), where)


def last_key(endpoint: Endpoint, rows: Sequence[Row], last: Key) -> Key:
    """The key to go on after; ApiError where rows may be missed, or would come for ever."""
    before = last
    for row in rows:
        key = _key(endpoint, row)
        if key is None:
            continue  # the load rejects the row
        if key <= before or key < last:
            raise ApiError(
                f"mautic: {endpoint.path} ignored the filter or the order of the request: "
                f"{', '.join(endpoint.key)} {_shown(key)} came after {_shown(last)}"
            )
        last = key
    if last == before:
        raise ApiError(
            f"mautic: {endpoint.path}: no row has {' and '.join(endpoint.key)}, so the rows after "
            "them cannot be asked for"
        )
    return last


def _fitting(table: Table, row: Row) -> Row:
    """The columns that are declared; Mautic answers more, such as addresses, that nobody needs."""
    fitting = {}
    for name, column in table.columns.items():
        value = row.get(name)
        if column.type == "text":
            value = decoded(value)
        elif column.type == "timestamp" and str(value).startswith(NO_DATE):
            value = None
        fitting[name] = value
    return fitting


def _key(endpoint: Endpoint, row: Row) -> Key | None:
    try:
        key = tuple(fit_bigint(row.get(name)) for name in endpoint.key)
    except ValueError:
        return None
    return None if None in key else key  # type: ignore[return-value]


def _shown(key: Key) -> str:
    return ", ".join(map(str, key))


def _stored(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
