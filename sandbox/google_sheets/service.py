"""Google Sheets: the token endpoint and the reading half of version 4 of the API.

`fields` decides over `includeGridData`, as it does at Google.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from threading import RLock
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.facts import Facts
from sandbox.faults import Faults
from sandbox.google_sheets.answers import spreadsheet, value_range
from sandbox.google_sheets.ask import (
    OF_VALUES,
    check,
    flag,
    is_loading,
    mask_of_request,
    value_options,
)
from sandbox.google_sheets.auth import (
    READING,
    Token,
    TokenRefusedError,
    Tokens,
    account_of,
    service_account,
    verified,
)
from sandbox.google_sheets.book import EDITS, Book, UnknownRangeError
from sandbox.google_sheets.data import TARGETS, made_books
from sandbox.google_sheets.errors import GoogleError, error_body
from sandbox.google_sheets.faults import SHEETS_FAULTS
from sandbox.google_sheets.fields import Mask, masked, wants
from sandbox.service import Limit, RefusedError, Service, answer, fault

_BOOK_FIELDS = frozenset(
    {"spreadsheetId", "properties", "sheets", "namedRanges", "spreadsheetUrl", "developerMetadata"}
)
_NOTHING_HERE = (
    "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title><p><b>404.</b> That's an error."
)


class GoogleSheets(Service):
    """The fake of sheets.googleapis.com, and of oauth2.googleapis.com/token below it."""

    name = "google_sheets"

    def __init__(self) -> None:
        super().__init__(Facts(lambda _account: (), (), (), ("", "")))  # it has books, not facts
        self.restate, self.reset = self._restate, self._reset
        self.faults = Faults(self.name, SHEETS_FAULTS)
        self.limits = {
            "user": Limit(60, 60, self.now),
            "project": Limit(300, 60, self.now),
        }
        self.tokens = Tokens()
        self.books = made_books()
        self._books_lock = RLock()

    def add_routes(self, routes: Blueprint) -> None:
        book = "/v4/spreadsheets/<book_id>"
        routes.add_url_rule("/token", view_func=self.token, methods=["POST"])
        routes.add_url_rule(book, view_func=self.get)
        routes.add_url_rule(f"{book}/values:batchGet", view_func=self.batch_get)
        routes.add_url_rule(f"{book}/values/<path:asked>", view_func=self.values)
        routes.add_url_rule("/<path:rest>", view_func=self.nothing_here)

    # For tests

    def environ(self, url: str, account: str) -> dict[str, str]:
        return {
            "GOOGLE_SHEETS_BASE_URL": url,
            "GOOGLE_SHEETS_CREDENTIALS_JSON": json.dumps(self.service_account(account, url)),
        }

    def service_account(self, account: str, base_url: str) -> dict[str, str]:
        """The JSON key file of an account, its `token_uri` in the sandbox."""
        return service_account(account, f"{base_url}/token")

    def book(self, spreadsheet_id: str = TARGETS) -> Book:
        """A spreadsheet as it stands, to read and to edit (see EDITS)."""
        if spreadsheet_id not in self.books:
            raise ValueError(f"no sheet {spreadsheet_id!r}; there are: {', '.join(self.books)}")
        return self.books[spreadsheet_id]

    def _restate(self, verb: str, *, spreadsheet: str = TARGETS, **edit: object) -> None:
        """Edit a spreadsheet as its owner would: the verbs and options are those of EDITS."""
        if verb not in EDITS:
            raise ValueError(f"verb is one of {', '.join(EDITS)}, not {verb!r}")
        with self._books_lock:
            EDITS[verb](self.book(spreadsheet), **edit)

    def _reset(self) -> None:
        with self._books_lock:
            self.books = made_books()

    # Who asks

    def account_of_request(self) -> str:
        if request.endpoint == f"{self.name}.token":
            return ""  # known when the assertion is verified
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if not token:
            raise GoogleError(
                403,
                "Method doesn't allow unregistered callers (callers without established "
                "identity). Please use API Key or other form of API consumer identity to call "
                "this API.",
            )
        known = self.tokens.find(token, self.now())
        if kind != "Bearer" or not known:
            raise GoogleError(401, reason="ACCESS_TOKEN_EXPIRED")
        g.token = known
        return known.account

    def keep_limits(self) -> None:
        if request.endpoint == f"{self.name}.token":
            return
        for limit in self.limits.values():
            if not limit.take():
                raise GoogleError(429, reason="RATE_LIMIT_EXCEEDED")

    # Routes

    def token(self) -> Response:
        if refused := fault("token_refused"):
            raise TokenRefusedError(str(refused["error"]), str(refused["description"]))
        claims = verified(request.form, request.base_url, self.now())
        g.account = g.asked.account = account_of(str(claims["iss"]))
        short = fault("short_token")
        lifetime = int(str(short["seconds"])) if short else self.tokens.lifetime
        return answer(self.tokens.give(claims, self.now(), lifetime))

    def get(self, book_id: str) -> Response:
        check({"ranges", "includeGridData", "excludeTablesInBandedRanges", "commentsViewMode"})
        grid = flag("includeGridData")
        mask = mask_of_request(_BOOK_FIELDS)
        if mask:
            grid = wants(mask, "sheets", "data")
        asked = request.args.getlist("ranges")
        url = f"https://docs.google.com/spreadsheets/d/{book_id}/edit"
        return self._read(
            book_id,
            lambda book: spreadsheet(book, asked, url, grid=grid, loading=is_loading()),
            mask,
        )

    def values(self, book_id: str, asked: str) -> Response:
        check(OF_VALUES)
        mask = mask_of_request(frozenset({"range", "majorDimension", "values"}))
        options = value_options()
        return self._read(book_id, lambda book: value_range(book, asked, **options), mask)

    def batch_get(self, book_id: str) -> Response:
        check(OF_VALUES | {"ranges"})
        mask = mask_of_request(frozenset({"spreadsheetId", "valueRanges"}))
        asked = request.args.getlist("ranges")
        options = value_options()

        def read(book: Book) -> dict[str, Any]:
            found = [value_range(book, text, **options) for text in asked]
            return {"spreadsheetId": book.id} | ({"valueRanges": found} if found else {})

        return self._read(book_id, read, mask)

    def nothing_here(self, rest: str) -> Response:  # noqa: ARG002
        return Response(_NOTHING_HERE, 404, mimetype="text/html")

    def _read(self, book_id: str, read: Callable[[Book], dict[str, Any]], mask: Mask) -> Response:
        """What is read of a spreadsheet, if the caller may."""
        with self._books_lock:
            book = self._shared(book_id)
            if locale := fault("other_locale"):
                book = replace(book, locale=str(locale["locale"]))
            if fault("empty_all"):
                book = book.emptied()
            try:
                body = read(book)
            except UnknownRangeError as error:
                raise GoogleError(400, str(error)) from None
            if edited := fault("edited"):
                self.books[book_id].remove(tab=str(edited["tab"]), at=int(str(edited["row"])))
        return answer(masked(body, mask))

    def _shared(self, book_id: str) -> Book:
        token: Token = g.token
        if fault("api_disabled"):
            raise GoogleError(
                403,
                "Google Sheets API has not been used in project 713713713 before or it is "
                "disabled. Enable it by visiting https://console.developers.google.com/apis/api/"
                "sheets.googleapis.com/overview?project=713713713 then retry. If you enabled this "
                "API recently, wait a few minutes for the action to propagate to our systems and "
                "retry.",
                reason="SERVICE_DISABLED",
            )
        if not token.scopes & READING or fault("wrong_scope"):
            raise GoogleError(
                403,
                "Request had insufficient authentication scopes.",
                reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            )
        if book_id not in self.books or fault("missing"):
            raise GoogleError(404, "Requested entity was not found.")
        book = self.books[book_id]
        if token.account not in book.shared_with or fault("not_shared"):
            raise GoogleError(403, "The caller does not have permission")
        if not book.is_sheet or fault("not_a_sheet"):
            raise GoogleError(
                400,
                "This operation is not supported for this document",
                name="FAILED_PRECONDITION",
            )
        return book

    @staticmethod
    def _refuse(refused: RefusedError) -> Response:
        """An error as Google words it: flat at the token endpoint, nested everywhere else."""
        if isinstance(refused, TokenRefusedError):
            body: dict[str, Any] = {
                "error": refused.error,
                "error_description": refused.message,
            }
        elif request.path.endswith("/token"):
            body = {"error": "internal_failure", "error_description": refused.message}
        else:
            body = {"error": error_body(refused)}
        response = answer(body, refused.status)
        if refused.status == 401:
            realm = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
            response.headers["WWW-Authenticate"] = realm
        response.headers.update(refused.headers)
        return response
