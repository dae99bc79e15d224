"""Google's own client, asked for a range of a spreadsheet: who asks, with what manners.

It goes through the HTTP client of every other source: its retries, its time-outs, its figures. A
request that still fails is one ApiError that names what to change: a variable, the sheet's sharing
or a line of client.toml.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport import Request
from google.oauth2 import service_account
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from requests import RequestException, Session

from loaders.errors import ApiError, LoadError
from loaders.http import SHOWN_CHARACTERS, patient_client
from loaders.redaction import conceal, redact
from loaders.sheets.sheet import Sheet

READ_ONLY = "https://www.googleapis.com/auth/spreadsheets.readonly"
CELLS = (
    "properties.title,sheets(properties.title,merges,data(startRow,startColumn,"
    "rowData.values(effectiveValue,formattedValue,effectiveFormat.numberFormat)))"
)
JSON_VARIABLE = "GOOGLE_SHEETS_CREDENTIALS_JSON"
PATH_VARIABLE = "GOOGLE_SHEETS_CREDENTIALS_PATH"


class Credentials(service_account.Credentials):
    """A service account that talks to its token endpoint and to nobody else.

    google-auth's own would ask iamcredentials.googleapis.com, from a thread of its own and with
    the token, where that may be used.
    """

    def before_request(
        self,
        request: Request,
        method: str,  # noqa: ARG002
        url: str,  # noqa: ARG002
        headers: Any,
    ) -> None:
        if not self.valid:
            self.refresh(request)
        self.apply(headers)  # type: ignore[no-untyped-call]

    def refresh(self, request: Request) -> None:
        try:
            super().refresh(request)  # type: ignore[no-untyped-call]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RefreshError("an answer that is no token") from error  # type: ignore[no-untyped-call]
        conceal(str(self.token))


class Transport:
    """The HTTP client of every source in the shape that Google's client asks for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,  # what httplib2 would also take
    ) -> tuple[httplib2.Response, bytes]:
        answered = self.session.request(method, uri, data=body, headers=headers)
        names = {name.lower(): value for name, value in answered.headers.items()}
        return httplib2.Response(names | {"status": str(answered.status_code)}), answered.content

    def close(self) -> None:
        self.session.close()


class Spreadsheets:
    """The spreadsheets that are shared with a service account."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        variable, key = _key(settings)
        self.variable, self.email = variable, str(key.get("client_email"))
        try:
            credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
                key, scopes=[READ_ONLY]
            )
        except (GoogleAuthError, ValueError, TypeError, AttributeError):
            raise LoadError(
                f"{variable} holds a service account's key that is not whole",
                "make a new key in Google's console and take its JSON file as it is",
            ) from None
        service = build(
            "sheets",
            "v4",
            http=AuthorizedHttp(credentials, http=Transport(patient_client().session)),
            client_options={"api_endpoint": settings["base_url"]},
            static_discovery=True,
            cache_discovery=False,
        )
        self.spreadsheets = service.spreadsheets()

    def get(self, sheet: Sheet) -> dict[str, Any]:
        """A range with values, formats and merges, all in one answer: all of one moment."""
        request = self.spreadsheets.get(
            spreadsheetId=sheet.spreadsheet, ranges=[sheet.range], fields=CELLS
        )
        what = f"google_sheets: spreadsheet {sheet.spreadsheet}"
        try:
            answered: dict[str, Any] = request.execute()
        except HttpError as error:
            raise self._refused(what, sheet, error) from None
        except RefreshError as error:
            raise ApiError(
                redact(f"google_sheets: Google gives {self.email} no token: {_said(error)}"),
                f"check {self.variable}, and this machine's clock",
            ) from None
        except (GoogleAuthError, RequestException) as error:
            cause = f"{type(error).__name__} {error}"[:SHOWN_CHARACTERS]
            raise ApiError(redact(f"{what} cannot be reached: {cause}")) from None
        # what is no JSON is handed over as text
        if not isinstance(answered, dict) or not answered.get("sheets"):
            said = redact(" ".join(str(answered).split()))[:SHOWN_CHARACTERS]
            raise ApiError(
                f"{what}: the answer is no spreadsheet: {said}", "check GOOGLE_SHEETS_BASE_URL"
            )
        return answered

    def _refused(self, what: str, sheet: Sheet, error: HttpError) -> ApiError:
        """What Google said, and what to do about it."""
        said, status = str(error.reason)[:SHOWN_CHARACTERS], error.status_code
        text, remedy = f"{what}: HTTP {status}: {said}", ""
        if status == 401:
            text = f"{what}: Google refuses the token of {self.email}"
            remedy = f"check {self.variable}"
        elif status == 404:
            text, remedy = f"{what} does not exist", "check spreadsheet in client.toml"
        elif status == 400 and "not supported for this document" in said:
            text = f"{what} is no Google sheet but an uploaded file, such as an .xlsx"
            remedy = "save it as a Google sheet, and put that one's id into client.toml"
        elif status == 400:
            text = f"{what} has no range {sheet.range!r}: {said}"
            remedy = "check range in client.toml"
        elif status == 403 and "it is disabled" in said:
            text = f"{what}: the Google Sheets API is not enabled in the project of {self.email}"
            remedy = (
                "enable it at https://console.cloud.google.com/apis/library/sheets.googleapis.com"
            )
        elif status == 403 and "scope" in said:
            text = f"{what}: {self.email} may not read sheets: {said}"
            remedy = f"check {self.variable}"
        elif status == 403:
            text, remedy = f"{what} is not shared with {self.email}", "share it with that address"
        return ApiError(redact(text), remedy)


def _key(settings: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The key of the service account, and the variable that it is from."""
    variable, text = JSON_VARIABLE, settings["credentials_json"]
    if not text:
        variable, path = PATH_VARIABLE, Path(settings["credentials_path"]).expanduser()
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise LoadError(f"{variable}: {path} cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise LoadError(f"{variable}: {path} is no text, and so no key file") from None
    remedy = "it must hold the JSON key file of a service account"
    try:
        key = json.loads(text, strict=False)  # some shells turn \n into line breaks
    except ValueError:
        raise LoadError(f"{variable} is no JSON", remedy) from None
    if not isinstance(key, dict) or key.get("type") != "service_account":
        raise LoadError(f"{variable} is no service account's key", remedy)
    conceal(*re.findall("[A-Za-z0-9+/=]{16,}", str(key.get("private_key"))))  # line by line
    return variable, key


def _said(error: RefreshError) -> str:
    said = " ".join(str(error.args[0]).split()) if error.args else ""
    return said[:SHOWN_CHARACTERS] or "nothing"
