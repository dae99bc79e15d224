"""Google's own client against the sandbox: the shortest program that reads a sheet right.

Without the override below, google-auth asks iamcredentials.googleapis.com, from a thread of its
own, where the token may be used: on every load, with the real token, wherever `token_uri` leads.
"""

from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

import httplib2
import requests
from google.auth.transport import Request
from google.oauth2 import service_account
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from sandbox.google_sheets.auth import email
from sandbox.google_sheets.data import TARGETS
from sandbox.server import Sandbox

READ_ONLY = "https://www.googleapis.com/auth/spreadsheets.readonly"
CELLS = (
    "sheets.data(startRow,startColumn,"
    "rowData.values(effectiveValue,formattedValue,effectiveFormat.numberFormat))"
)


class Credentials(service_account.Credentials):
    """A service account that talks to its token endpoint and to nobody else."""

    def before_request(
        self,
        request: Request,
        method: str,  # noqa: ARG002
        url: str,  # noqa: ARG002
        headers: MutableMapping[str, str],
    ) -> None:
        if not self.valid:
            self.refresh(request)  # type: ignore[no-untyped-call]
        self.apply(headers)  # type: ignore[no-untyped-call]


def client(
    sandbox: Sandbox,
    account: str = "713",
    *,
    scopes: tuple[str, ...] = (READ_ONLY,),
    changes: Mapping[str, str] | None = None,
) -> Any:
    """The spreadsheets of an account; `changes` are made to its key file."""
    key_file = sandbox.service_account(account) | dict(changes or {})
    credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        key_file, scopes=list(scopes)
    )
    service = build(
        "sheets",
        "v4",
        http=AuthorizedHttp(credentials, http=httplib2.Http(timeout=10)),
        client_options={"api_endpoint": sandbox.url("google_sheets")},
        static_discovery=True,
        cache_discovery=False,
    )
    return service.spreadsheets()


def values(sandbox: Sandbox, range: str, *, sheet: str = TARGETS, **options: str) -> Any:
    """The values of a range; None when the answer has none."""
    asked = client(sandbox).values().get(spreadsheetId=sheet, range=range, **options)
    return asked.execute().get("values")


def table(sandbox: Sandbox, range: str, *, sheet: str = TARGETS) -> list[dict[str, Any]]:
    """The rows below the header of a range, their dates as dates, blank rows left out."""
    answer = client(sandbox).get(spreadsheetId=sheet, ranges=[range], fields=CELLS).execute()
    (data,) = answer["sheets"][0]["data"]
    header, *rows = ([decoded(c) for c in row.get("values", [])] for row in data["rowData"])
    padded = (row + [None] * (len(header) - len(row)) for row in rows if any(row))
    return [dict(zip(header, row, strict=True)) for row in padded]


def decoded(cell: dict[str, Any]) -> Any:
    """What a cell means; an error is an error."""
    ((kind, value),) = cell.get("effectiveValue", {"": None}).items()
    if kind == "errorValue":
        raise ValueError(f"{cell['formattedValue']}: {value['message']}")
    if kind == "numberValue" and _is_date(cell):
        return (datetime(1899, 12, 30) + timedelta(days=value)).date()  # noqa: DTZ001
    return value


def _is_date(cell: dict[str, Any]) -> bool:
    number_format = cell.get("effectiveFormat", {}).get("numberFormat", {})
    return number_format.get("type") in ("DATE", "DATE_TIME")


def ask(
    sandbox: Sandbox, path: str = "values/targets", *, sheet: str = TARGETS, **query: object
) -> requests.Response:
    """One request without Google's client, and without asking for a token."""
    service = sandbox.google_sheets
    claims = {"iss": email("713"), "scope": READ_ONLY}
    token = service.tokens.give(claims, service.now(), 3600)["access_token"]
    return requests.get(
        f"{sandbox.url('google_sheets')}/v4/spreadsheets/{sheet}/{path}".rstrip("/"),
        params={name: str(value) for name, value in query.items()},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
