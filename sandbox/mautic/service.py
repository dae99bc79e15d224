"""Mautic's REST API as the loaders ask it: OAuth2 tokens, lists of entities, tables of stats.

The client id of an account is `sandbox-mautic-<account>`, its secret that with `-secret` behind.
What was asked is in `requests`; the data changes by the methods of `store`.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from flask import Blueprint, Response, g, request

from sandbox.faults import Faults
from sandbox.mautic import shape
from sandbox.mautic.auth import Tokens, account_of_client, secret_of
from sandbox.mautic.faults import MAUTIC_FAULTS
from sandbox.mautic.page import entities, errors, page_of, stats
from sandbox.mautic.query import Nested, QueryError, names_of, nested, ordered, predicate
from sandbox.mautic.rows import KEYLESS, STATS, Row, columns_of, text_of
from sandbox.mautic.store import Store
from sandbox.service import Limit, RefusedError, Service, answer, fault
from sandbox.shape import HOME_ZONE

VERSION = "5.1.0"  # said with every answer
OFF = 1_000_000  # the rate limiter of a new install
DEFAULT_LIMIT, DEFAULT_STATS_LIMIT = 30, 100
_KEYS = {"contacts": "contacts", "emails": "emails", "campaigns": "campaigns", "segments": "lists"}
_TOKEN = "/oauth/v2/token"  # noqa: S105 -- a path
_WRONG_TOKEN = "The access token provided is invalid."  # noqa: S105 -- a sentence
_WRONG_CLIENT = "The client credentials are invalid"


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
        routes.add_url_rule(_TOKEN, view_func=self.token, methods=["POST"])
        routes.add_url_rule("/api/stats/<table>", view_func=self.stats)
        for table in _KEYS:
            routes.add_url_rule(f"/api/{table}", table, partial(self._list, table))
        routes.add_url_rule("/api/emails/<int:id_>", view_func=self.email)

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

    # Who asks

    def account_of_request(self) -> str:
        if request.path.endswith(_TOKEN):
            return self._account_of_client()
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if fault("token_revoked"):
            self.tokens.revoke()
        if kind.lower() != "bearer" or fault("header_stripped"):
            raise MauticRefusedError(401, "OAuth2 authentication required", "access_denied")
        try:
            return self.tokens.account_of(token)
        except KeyError:
            raise MauticRefusedError(401, _WRONG_TOKEN, "invalid_grant") from None
        except TimeoutError:
            message = "The access token provided has expired."
            raise MauticRefusedError(401, message, "invalid_grant") from None

    def _account_of_client(self) -> str:
        asked = request.form
        if asked.get("grant_type") != "client_credentials":
            message = "Invalid grant_type parameter or parameter missing"
            raise MauticRefusedError(400, message, "invalid_request")
        account = account_of_client(asked.get("client_id", ""), asked.get("client_secret", ""))
        if account is None:
            raise MauticRefusedError(400, _WRONG_CLIENT, "invalid_client")
        return account

    def keep_limits(self) -> None:
        if "/api/" in request.path and not self.limits["hour"].take():
            raise RefusedError(429, "")

    def limit_headers(self) -> dict[str, str]:
        return {"Mautic-Version": VERSION}

    # Routes

    def token(self) -> Response:
        """A token; no refresh token comes with it."""
        if fault("client_refused"):
            raise MauticRefusedError(400, _WRONG_CLIENT, "invalid_client")
        dying = fault("token_dies_early")
        short_lived = fault("token_short") or dying
        seconds = int(str(short_lived["seconds"])) if short_lived else None
        token, lifetime = self.tokens.give(g.account, seconds)
        body: dict[str, object] = {
            "access_token": token,
            "expires_in": self.tokens.lifetime if dying else lifetime,
            "token_type": "bearer",
            "scope": "",
        }
        if fault("token_without_lifetime"):
            del body["expires_in"]
        if fault("token_absent"):
            del body["access_token"]
        return answer(body)

    def stats(self, table: str) -> Response:
        """Rows of a table; whatever goes wrong in here goes out with status 200."""
        if table not in STATS or fault("table_unknown"):
            listed = {table: list(columns_of(table)) for table in STATS}
            return answer({"availableTables": list(STATS), "tableColumns": listed})
        try:
            rows = self._chosen(table)
        except QueryError as error:
            return errors(str(error), 0, None, 200)
        page = page_of(rows, DEFAULT_STATS_LIMIT)
        return stats([shape.stat_of(table, row) for row in page], len(rows))

    def _list(self, table: str) -> Response:
        if fault("row_vanishes") and (rows := self._rows(table)):
            self.store.remove(table, int(str(rows[0]["id"])), account=g.account)
        try:
            rows = self._chosen(table)
        except QueryError as error:
            raise RefusedError(500, str(error)) from None
        answered = self._answered(table, page_of(rows, DEFAULT_LIMIT))
        return entities(_KEYS[table], answered, len(rows), text_total=table == "contacts")

    def email(self, id_: int) -> Response:
        """One e-mail, which no filter hides."""
        rows = [row for row in self._rows("emails") if row["id"] == id_]
        if not rows:
            raise RefusedError(404, "Item was not found.")
        return answer({"email": self._answered("emails", rows)[0]})

    def _answered(self, table: str, rows: Sequence[Row]) -> list[shape.Answered]:
        if table == "contacts":
            silences = self._by("lead_donotcontact", "lead_id")
            return [shape.contact_of(row, silences.get(row["id"], [])) for row in rows]
        if table == "emails":
            mail, variants = self._by("email_stats", "email_id"), self._by(table, "variant_parent")
            return [
                shape.email_of(row, mail.get(row["id"], []), variants.get(row["id"], []))
                for row in rows
            ]
        make = shape.campaign_of if table == "campaigns" else shape.segment_of
        return [make(row) for row in rows]

    def _chosen(self, table: str) -> list[Row]:
        """The rows that meet the request, in its order."""
        where, order = self._nested("where"), self._nested("order")
        names = names_of(table)
        meets = predicate(where, names)
        rows = [row for row in self._rows(table) if row.get("deleted") is None and meets(row)]
        if not where or (table == "emails" and fault("variants_hidden")):  # Mautic's own filter
            rows = [row for row in rows if row.get("variant_parent") is None]
        if not order and (table not in STATS or table in KEYLESS):
            return rows[::-1]  # by a column that moves while one reads, or as the database likes
        return ordered(rows, order, names)

    @staticmethod
    def _nested(name: str) -> Nested:
        return {} if fault(f"{name}_ignored") else nested(request.args.items(), name)

    def _rows(self, table: str) -> list[Row]:
        if fault("empty_all"):
            return []
        rows = self.store.rows(g.account, table)
        if (empty := fault("empty_day")) and table == "email_stats":
            first, last = _bounds(date.fromisoformat(str(empty["date"])))
            return [row for row in rows if not first <= str(row["date_sent"]) < last]
        return rows

    def _by(self, table: str, column: str) -> dict[object, list[Row]]:
        """The rows of a table by one of its columns."""
        groups: dict[object, list[Row]] = {}
        for row in self._rows(table):
            groups.setdefault(row[column], []).append(row)
        return groups

    # Refusals

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


def _bounds(day: date) -> tuple[str, str]:
    """A day of New York in UTC, its end excluded."""
    first, last = (
        text_of(datetime.combine(d, time(), HOME_ZONE)) for d in (day, day + timedelta(days=1))
    )
    return first, last
