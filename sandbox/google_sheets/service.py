"""Google Sheets as the loaders ask it: the token endpoint, and cells of one range of a spreadsheet.

As at Google, `fields` decides what is answered; without it there are no cells.
"""

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.faults import Faults
from sandbox.google_sheets.answers import mask_of, masked, spreadsheet
from sandbox.google_sheets.auth import (
    READ_ONLY,
    Token,
    TokenRefusedError,
    Tokens,
    account_of,
    service_account,
    verified,
)
from sandbox.google_sheets.book import EDITS, Book, UnknownRangeError
from sandbox.google_sheets.data import TARGETS, made_books
from sandbox.google_sheets.faults import SHEETS_FAULTS
from sandbox.service import Limit, RefusedError, Service, answer, fault

_WITHOUT_CELLS = "spreadsheetId,properties,sheets(properties,merges)"
_STATUSES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "UNAVAILABLE", 503: "UNAVAILABLE",
}  # fmt: skip
_MESSAGES = {
    401: "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
    "cookie or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    429: "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per "
    "user' of service 'sheets.googleapis.com' for consumer 'project_number:713713713'.",
    500: "Internal error encountered.",
    502: "The service is currently unavailable.",
    503: "The service is currently unavailable.",
}
_NO_SHEET = "This operation is not supported for this document"
_DISABLED = (
    "Google Sheets API has not been used in project 713713713 before or it is disabled. Enable it "
    "by visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/overview"
    "?project=713713713 then retry. If you enabled this API recently, wait a few minutes for the "
    "action to propagate to our systems and retry."
)


class GoogleSheets(Service):
    """The fake of sheets.googleapis.com, and of oauth2.googleapis.com/token below it."""

    name = "google_sheets"

    def __init__(self) -> None:
        super().__init__()
        self.faults = Faults(self.name, SHEETS_FAULTS)
        self.limits = {"user": Limit(60, 60, self.now)}
        self.tokens = Tokens()
        self.books = made_books()

    def add_routes(self, routes: Blueprint) -> None:
        routes.add_url_rule("/token", view_func=self.token, methods=["POST"])
        routes.add_url_rule("/v4/spreadsheets/<book_id>", view_func=self.get)

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
        """A spreadsheet as it is now, to read and to edit (see EDITS)."""
        if spreadsheet_id not in self.books:
            raise ValueError(f"no sheet {spreadsheet_id!r}; there are: {', '.join(self.books)}")
        return self.books[spreadsheet_id]

    def restate(self, verb: str, *, spreadsheet: str = TARGETS, **edit: object) -> None:
        """Edit a spreadsheet as its owner would: the verbs and options are those of EDITS."""
        if verb not in EDITS:
            raise ValueError(f"verb is one of {', '.join(EDITS)}, not {verb!r}")
        getattr(self.book(spreadsheet), verb)(**edit)

    def reset(self) -> None:
        self.books = made_books()

    # Who asks

    def account_of_request(self) -> str:
        if request.endpoint == f"{self.name}.token":
            return ""  # known when the assertion is verified
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        known = self.tokens.find(token, self.now())
        if kind != "Bearer" or not known:
            raise RefusedError(401, "")
        g.token = known
        return known.account

    def keep_limits(self) -> None:
        if request.endpoint != f"{self.name}.token" and not self.limits["user"].take():
            raise RefusedError(429, "")

    # Routes

    def token(self) -> Response:
        if refused := fault("token_refused"):
            raise TokenRefusedError(str(refused["error"]), str(refused["description"]))
        claims = verified(request.form, self.now())
        g.account = g.asked.account = account_of(str(claims["iss"]))
        short = fault("short_token")
        lifetime = int(str(short["seconds"])) if short else self.tokens.lifetime
        return answer(self.tokens.give(claims, self.now(), lifetime))

    def get(self, book_id: str) -> Response:
        """A range of a spreadsheet, if the caller may read it."""
        book = self._shared(book_id)
        if locale := fault("other_locale"):
            book = replace(book, locale=str(locale["locale"]))
        if fault("empty_all"):
            book = book.emptied()
        try:
            body = spreadsheet(book, request.args["ranges"], loading=fault("loading") is not None)
        except UnknownRangeError as error:
            raise RefusedError(400, str(error)) from None
        if edited := fault("edited"):
            self.books[book_id].remove(tab=str(edited["tab"]), at=int(str(edited["row"])))
        return answer(masked(body, mask_of(request.args.get("fields", _WITHOUT_CELLS))))

    def _shared(self, book_id: str) -> Book:
        token: Token = g.token
        if fault("api_disabled"):
            raise RefusedError(403, _DISABLED)
        if READ_ONLY not in token.scopes or fault("wrong_scope"):
            raise RefusedError(403, "Request had insufficient authentication scopes.")
        if book_id not in self.books or fault("missing"):
            raise RefusedError(404, "Requested entity was not found.")
        book = self.books[book_id]
        if token.account not in book.shared_with or fault("not_shared"):
            raise RefusedError(403, "The caller does not have permission")
        if not book.is_sheet or fault("not_a_sheet"):
            raise RefusedError(400, _NO_SHEET)
        return book

    def _refuse(self, refused: RefusedError) -> Response:
        """An error as Google words it: flat at the token endpoint, nested everywhere else."""
        status, message = refused.status, refused.message
        if isinstance(refused, TokenRefusedError):
            body: dict[str, Any] = {"error": refused.error, "error_description": message}
        elif request.path.endswith("/token"):
            body = {"error": "internal_failure", "error_description": message}
        else:
            name = "FAILED_PRECONDITION" if message == _NO_SHEET else _STATUSES[status]
            said = _MESSAGES.get(status, message)
            body = {"error": {"code": status, "message": said, "status": name}}
        response = answer(body, status)
        response.headers.update(refused.headers)
        return response
