"""Mautic's REST API: OAuth2 tokens, the lists of entities, and the tables of stats.

The client id of an account is `sandbox-mautic-<account>`, its secret that with `-secret` behind.
What was asked is in `requests`, how many tokens were given in `tokens.given`; the data changes by
the methods of `store`, or from another process by `restate` with the name of one.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from flask import Blueprint, Response, g, request

from sandbox.faults import Faults
from sandbox.mautic import shape
from sandbox.mautic.auth import Tokens, account_of_client, secret_of
from sandbox.mautic.faults import MAUTIC_FAULTS
from sandbox.mautic.page import Answered, entities, errors, page_of, stats
from sandbox.mautic.query import (
    Nested,
    QueryError,
    nested,
    ordered,
    predicate,
    sort_keys,
)
from sandbox.mautic.rows import STATS, Row, columns_of, text_of
from sandbox.mautic.search import column_of, matching
from sandbox.mautic.store import Store
from sandbox.service import Limit, RefusedError, Service, answer, fault
from sandbox.shape import HOME_ZONE

VERSION = "5.1.0"  # said with every answer
OFF = 1_000_000  # the rate limiter, as installed
DEFAULT_LIMIT, DEFAULT_STATS_LIMIT = 30, 100
_DEFAULT_ORDER = {
    "contacts": [("last_active", True)],  # moves while one reads: order by id
    "emails": [("name", False)],
    "campaigns": [("name", False)],
    "segments": [("name", False)],
}
_KEYS = {table: table for table in _DEFAULT_ORDER} | {"segments": "lists"}
_TOKEN = "/oauth/v2/token"  # noqa: S105 -- a path


class MauticRefusedError(RefusedError):
    """A refusal with the type Mautic gives it."""

    def __init__(self, status: int, message: str, kind: str | None = None) -> None:
        super().__init__(status, message)
        self.kind = kind


class Mautic(Service):
    """The fake of a self-hosted Mautic 5, of each account one."""

    name = "mautic"

    def __init__(self) -> None:
        super().__init__()
        self.faults = Faults(self.name, MAUTIC_FAULTS)
        self.store = Store()
        self.tokens = Tokens(self.now)
        self.limits = {"hour": Limit(OFF, 3_600, self.now)}

    def add_routes(self, routes: Blueprint) -> None:
        routes.add_url_rule(_TOKEN, view_func=self.token, methods=["GET", "POST"])
        routes.add_url_rule("/api/stats", view_func=self.tables)
        routes.add_url_rule("/api/stats/<table>", view_func=self.stats)
        for table, one in (
            ("contacts", "contact"), ("emails", "email"), ("campaigns", "campaign"),
            ("segments", "list"),
        ):  # fmt: skip
            listing, single = partial(self._list, table), partial(self._single, table, one)
            routes.add_url_rule(f"/api/{table}", table, listing)
            routes.add_url_rule(f"/api/{table}/<int:id_>", one, single)
        routes.add_url_rule("/api/contacts/<int:id_>/segments", view_func=self.segments_of)
        routes.add_url_rule("/api/campaigns/<int:id_>/contacts", view_func=self.contacts_of)

    def restate(self, verb: str, **how: object) -> None:
        """A method of the store, or `revoke` or `expire` all tokens."""
        verbs = ("add", "set", "edit", "remove", "send", "open", "click", "bounce",
                 "unsubscribe", "join", "leave", "fill", "travel")  # fmt: skip
        if verb in ("revoke", "expire"):
            getattr(self.tokens, verb)(**how)
        elif verb in verbs:
            getattr(self.store, verb)(**how)
        else:
            raise ValueError(f"no verb {verb!r}; there are: {', '.join(verbs)}, revoke, expire")

    def reset(self) -> None:
        """Undo all changes, and forget the tokens."""
        self.store.reset()
        self.tokens.reset()

    def environ(self, url: str, account: str) -> dict[str, str]:
        client_id = f"sandbox-{self.name}-{account}"
        return {
            "MAUTIC_BASE_URL": url,
            "MAUTIC_CLIENT_ID": client_id,
            "MAUTIC_CLIENT_SECRET": secret_of(client_id),
        }

    @property
    def token_calls(self) -> int:
        """How often a token was asked for, in vain too."""
        return sum(asked.path == _TOKEN for asked in self.requests)

    def account_of_request(self) -> str:
        if request.path.endswith(_TOKEN):
            return self._account_of_client()
        token = request.args.get("access_token", "")
        kind, _, sent = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and not fault("header_stripped"):
            token = sent
        if fault("token_revoked"):
            self.tokens.revoke()
        if not token:
            raise MauticRefusedError(401, "OAuth2 authentication required", "access_denied")
        try:
            return self.tokens.account_of(token)
        except KeyError:
            raise MauticRefusedError(401, _WRONG_TOKEN, "invalid_grant") from None
        except TimeoutError:
            message = "The access token provided has expired."
            raise MauticRefusedError(401, message, "invalid_grant") from None

    def keep_limits(self) -> None:
        if "/api/" in request.path and not self.limits["hour"].take():
            raise RefusedError(429, "")

    def limit_headers(self) -> dict[str, str]:
        hour, headers = self.limits["hour"], {"Mautic-Version": VERSION}
        if hour.limit == OFF:
            return headers
        return headers | {
            "X-RateLimit-Limit": str(hour.limit),
            "X-RateLimit-Remaining": str(hour.remaining),
            "X-RateLimit-Reset": str(int(self.now()) + hour.seconds_left),
        }

    def token(self) -> Response:
        """A token; no refresh token comes with it."""
        if fault("client_refused"):
            raise MauticRefusedError(400, _WRONG_CLIENT, "invalid_client")
        short, dying = fault("token_short"), fault("token_dies_early")
        short_lived = short or dying
        seconds = int(str(short_lived["seconds"])) if short_lived else None
        token, lifetime = self.tokens.give(g.account, seconds)
        body: dict[str, object] = {
            "access_token": token,
            "expires_in": self.tokens.lifetime if dying else lifetime,
            "token_type": "bearer",
            "scope": "",
        }
        for name, missing in (("token_without_lifetime", "expires_in"),
                              ("token_absent", "access_token")):  # fmt: skip
            if fault(name):
                del body[missing]
        return answer(body)

    def tables(self) -> Response:
        """The tables of stats and their columns."""
        listed = {table: list(columns_of(table)) for table in STATS}
        return answer({"availableTables": list(STATS), "tableColumns": listed})

    def stats(self, table: str) -> Response:
        """Rows of a table; whatever goes wrong in here goes out with status 200."""
        if table not in STATS or fault("table_unknown"):
            return self.tables()
        try:
            rows = self._chosen(table, [("id", False)])
        except QueryError as error:
            return errors(str(error), 0, None, 200)
        page = page_of(rows, _number("start", 0), _number("limit", DEFAULT_STATS_LIMIT))
        return stats([shape.stat_of(table, row) for row in page], len(rows))

    def segments_of(self, id_: int) -> Response:
        """The segments a contact is in now."""
        self._row("contacts", id_)
        segments = {row["id"]: row for row in self._rows("segments")}
        lists = {
            str(member["leadlist_id"]): {
                "id": member["leadlist_id"],
                "name": segments[member["leadlist_id"]]["name"],
                "alias": segments[member["leadlist_id"]]["alias"],
                "dateAdded": shape.iso(member["date_added"]),
                "manuallyAdded": member["manually_added"],
                "manuallyRemoved": False,
            }
            for member in self._rows("lead_lists_leads")
            if member["lead_id"] == id_ and not member["manually_removed"]
        }
        return answer({"total": len(lists), "lists": lists or []})

    def contacts_of(self, id_: int) -> Response:
        """The contacts of a campaign: a list, of text."""
        self._row("campaigns", id_)
        rows = [row for row in self._rows("campaign_leads") if row["campaign_id"] == id_]
        page = page_of(rows, _number("start", 0), _number("limit", DEFAULT_LIMIT) or None)
        answered = [shape.stat_of("campaign_leads", row) for row in page]
        return stats(answered, len(rows), key="contacts")

    def _list(self, table: str) -> Response:
        if fault("row_vanishes") and (rows := self._rows(table)):
            self.store.remove(table, int(str(rows[0]["id"])), account=g.account)
        try:
            rows = self._chosen(table, _DEFAULT_ORDER[table])
        except QueryError as error:
            raise RefusedError(500, str(error)) from None
        page = page_of(rows, _number("start", 0), _number("limit", DEFAULT_LIMIT) or None)
        minimal = request.args.get("minimal") in ("1", "true")
        answered = self._answered(table, page, minimal=minimal)
        return entities(_KEYS[table], answered, len(rows), text_total=table == "contacts")

    def _single(self, table: str, key: str, id_: int) -> Response:
        return answer({key: self._answered(table, [self._row(table, id_)])[0]})

    def _answered(
        self, table: str, rows: Sequence[Row], *, minimal: bool = False
    ) -> list[Answered]:
        if table == "contacts":
            silences = self._by("lead_donotcontact", "lead_id")
            return [
                shape.contact_of(row, silences.get(row["id"], []), minimal=minimal) for row in rows
            ]
        if table == "emails":
            mail = self._by("email_stats", "email_id")
            return [
                shape.email_of(row, _counts(mail.get(row["id"], [])), self._variants(row))
                for row in rows
            ]
        make = shape.campaign_of if table == "campaigns" else shape.segment_of
        return [make(row) for row in rows]

    def _chosen(self, table: str, usual: list[tuple[str, bool]]) -> list[Row]:
        """The rows that meet the request, in its order."""
        where = self._nested("where", "where_ignored")
        order = self._nested("order", "order_ignored")
        asked = request.args
        column = column_of(table)
        if order:
            keys = sort_keys(order, column)
        elif asked.get("orderBy") and table not in STATS and not fault("order_ignored"):
            # The one column of `orderBy` is not translated, even for contacts.
            name = column_of(table, translate=False)(asked["orderBy"], False)
            keys = [(name, asked.get("orderByDir", "").lower() == "desc")]
        else:
            keys = [(name, down) for name, down in usual if name in columns_of(table)]
        meets = predicate(where, column)
        search, published = asked.get("search", ""), asked.get("published") in ("1", "true")
        # Rows that the order leaves equal come in another order in each answer.
        backwards = bool(len(self.requests) % 2) and ("id", False) not in keys

        def choose() -> list[Row]:
            rows = [row for row in self._rows(table) if row.get("deleted") is None and meets(row)]
            if table not in STATS:
                rows = matching(self._matches(table), rows, search)
            if not where and table == "emails":
                rows = [row for row in rows if row["variant_parent"] is None]
            if not where and published and table not in STATS:
                rows = [row for row in rows if row["is_published"]]
            return ordered(rows, keys, backwards=backwards)

        state = (repr(where), tuple(keys), search, published, backwards, *self._emptied())
        return self.store.derived((g.account, table, "chosen", *state), choose)

    def _nested(self, name: str, ignored: str) -> Nested:
        return {} if fault(ignored) else nested(request.args.items(multi=True), name)

    def _rows(self, table: str) -> list[Row]:
        everything, day = self._emptied()
        if everything:
            return []
        rows = self.store.rows(g.account, table)
        if day and table == "email_stats":
            first, last = _bounds(date.fromisoformat(day))
            return [row for row in rows if not first <= str(row["date_sent"]) < last]
        return rows

    @staticmethod
    def _emptied() -> tuple[bool, str]:
        day = fault("empty_day")
        return fault("empty_all") is not None, str(day["date"]) if day else ""

    def _row(self, table: str, id_: int) -> Row:
        for row in self._rows(table):
            if row["id"] == id_ and row.get("deleted") is None:
                return row
        raise RefusedError(404, "Item was not found.")

    def _by(self, table: str, column: str) -> dict[object, list[Row]]:
        """The rows of a table by one of its columns."""

        def group() -> dict[object, list[Row]]:
            groups: dict[object, list[Row]] = {}
            for row in self._rows(table):
                groups.setdefault(row[column], []).append(row)
            return groups

        return self.store.derived((g.account, table, "by", column, *self._emptied()), group)

    def _variants(self, email: Row) -> list[int]:
        emails = self._rows("emails")
        return [int(str(row["id"])) for row in emails if row["variant_parent"] == email["id"]]

    def _matches(self, table: str) -> Callable[[str], set[object]]:
        """The ids of the contacts in the segment of an alias, for `search`."""

        def members(alias: str) -> set[object]:
            segments = {row["id"] for row in self._rows("segments") if row["alias"] == alias}
            return {
                member["lead_id"]
                for member in self._rows("lead_lists_leads")
                if member["leadlist_id"] in segments and not member["manually_removed"]
            }

        return members if table == "contacts" else lambda _: set()

    def _account_of_client(self) -> str:
        asked, basic = request.values, request.authorization
        if asked.get("grant_type") != "client_credentials":
            message = "Invalid grant_type parameter or parameter missing"
            raise MauticRefusedError(400, message, "invalid_request")
        client_id, secret = asked.get("client_id", ""), asked.get("client_secret", "")
        if basic is not None and basic.type == "basic":
            client_id, secret = basic.username or "", basic.password or ""
        account = account_of_client(client_id, secret)
        if account is None:
            raise MauticRefusedError(400, _WRONG_CLIENT, "invalid_client")
        return account

    def _fail(self) -> Response | None:
        if error := fault("error_in_200"):
            return errors(str(error["message"]), 0, None, 200)
        if page := fault("server_error_page"):
            text = "<html><head><title>Time-out</title></head><body>nginx (sandbox)</body></html>"
            return Response(text, int(str(page["status"])), mimetype="text/html")
        if fault("api_disabled"):
            raise MauticRefusedError(403, "API is disabled.", "api_disabled")
        if fault("no_permission"):
            raise RefusedError(403, "You do not have access to the requested area/action.")
        return super()._fail()

    def _refuse(self, refused: RefusedError) -> Response:
        kind = refused.kind if isinstance(refused, MauticRefusedError) else None
        message = refused.message
        if refused.status == 429:
            limit = self.limits["hour"].limit
            message = f"You exceeded the rate limit of {limit} API calls per hour."
        elif refused.status == 401 and kind is None:
            message, kind = _WRONG_TOKEN, "invalid_grant"
        response = errors(message, refused.status, kind, refused.status)
        response.headers.update(refused.headers)
        return response


_WRONG_TOKEN = "The access token provided is invalid."  # noqa: S105 -- a sentence
_WRONG_CLIENT = "The client credentials are invalid"


def _counts(mail: Sequence[Row]) -> dict[str, int]:
    good = [row for row in mail if not row["is_failed"]]
    return {"sent": len(good), "read": sum(bool(row["is_read"]) for row in good)}


def _number(name: str, default: int) -> int:
    """A number as PHP casts it: what is none counts as 0."""
    text = request.args.get(name, str(default))
    return int(text) if text.isdecimal() else 0


def _bounds(day: date) -> tuple[str, str]:
    """A day of New York in UTC, its end excluded."""
    first, last = (
        text_of(datetime.combine(d, time(), HOME_ZONE)) for d in (day, day + timedelta(days=1))
    )
    return first, last
