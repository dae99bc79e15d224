"""Asks Google's REST API for a range of a spreadsheet, as a service account.

A request that fails is one ApiError that names what to change: a variable, the sheet's sharing or a
line of client.toml.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import quote

from google.auth import jwt
from google.auth.crypt import RSASigner
from requests import Response

from loaders.answers import answer, error_text, unexpected
from loaders.errors import ApiError, LoadError
from loaders.http import Api
from loaders.oauth import Token
from loaders.redaction import conceal, secrets_of
from loaders.sheets.sheet import Sheet

READ_ONLY = "https://www.googleapis.com/auth/spreadsheets.readonly"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"  # also where a key names another token endpoint
LIFETIME = 3600
CELLS = (
    "properties.title,sheets(properties.title,merges,data(startRow,startColumn,"
    "rowData.values(effectiveValue,formattedValue,effectiveFormat.numberFormat)))"
)
REFUSED = (400, 401, 403, 404)


class Spreadsheets:
    """The spreadsheets that are shared with a service account.

    A token is given for what its key signs: google-auth signs, and asks nobody.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.variable, key = _key(settings)
        try:
            self.signer = RSASigner.from_service_account_info(key)  # type: ignore[no-untyped-call]
            self.email, endpoint = str(key["client_email"]), str(key["token_uri"])
        except (KeyError, ValueError, TypeError, AttributeError):
            raise LoadError(
                f"{self.variable} holds an incomplete key of a service account",
                "make a new key in Google's console and take its JSON file as it is",
            ) from None
        remedy = f"check {self.variable}, the key of {self.email}, and this machine's clock"
        remedies = dict.fromkeys((400, 401), remedy)
        tokens = Api(
            "google_sheets", endpoint, variable=self.variable, secrets=(), remedies=remedies
        )
        token = Token(tokens, "", self._signed_form, remedy)
        self.api = Api(
            "google_sheets", settings["base_url"], secrets=(), auth=token, passthrough=REFUSED
        )

    def _signed_form(self) -> dict[str, str]:
        now = int(time())
        claims: dict[str, Any] = {"iss": self.email, "scope": READ_ONLY, "aud": AUDIENCE}
        claims |= {"iat": now, "exp": now + LIFETIME}
        signed = jwt.encode(self.signer, claims).decode()  # type: ignore[no-untyped-call]
        conceal(signed)
        return {"grant_type": GRANT, "assertion": signed}

    def get(self, sheet: Sheet) -> dict[str, Any]:
        """A range with values, formats and merges, all in one answer: all of one moment."""
        path = f"/v4/spreadsheets/{quote(sheet.spreadsheet, safe='')}"
        response = self.api.get(path, {"ranges": sheet.range, "fields": CELLS})
        where = f"google_sheets: spreadsheet {sheet.spreadsheet}"
        if response.status_code in REFUSED:
            raise self._refused(where, sheet, response)
        body = answer(response, "check GOOGLE_SHEETS_BASE_URL")
        if not isinstance(body, dict) or not body.get("sheets"):
            raise unexpected("a spreadsheet", body, where, "check GOOGLE_SHEETS_BASE_URL")
        return body

    def _refused(self, where: str, sheet: Sheet, response: Response) -> ApiError:
        """What Google said, and what to do about it."""
        said, email, variable = error_text(response), self.email, self.variable
        match response.status_code:
            case 401:
                text = f"{where}: Google refuses the token of {email}"
                remedy = f"check {variable}"
            case 404:
                text, remedy = f"{where} does not exist", "check spreadsheet in client.toml"
            case 400 if "not supported for this document" in said:
                text = f"{where} is an uploaded file, such as an .xlsx, and not a Google sheet"
                remedy = "save it as a Google sheet, and put its id into client.toml"
            case 400:
                text = f"{where} has no range {sheet.range!r}: {said}"
                remedy = "check range in client.toml"
            case _ if "it is disabled" in said:
                text = f"{where}: the Google Sheets API is not enabled in the project of {email}"
                remedy = (
                    "enable it at "
                    "https://console.cloud.google.com/apis/library/sheets.googleapis.com"
                )
            case _ if "scope" in said:
                text = f"{where}: {email} may not read sheets: {said}"
                remedy = f"check {variable}"
            case _:
                text, remedy = f"{where} is not shared with {email}", "share it with that address"
        return ApiError(text, remedy)


def _key(settings: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The key of the service account, and the variable that it is from."""
    variable, text = "GOOGLE_SHEETS_CREDENTIALS_JSON", settings["credentials_json"]
    if not text:
        variable = "GOOGLE_SHEETS_CREDENTIALS_PATH"
        path = Path(settings["credentials_path"]).expanduser()
        if str(path).startswith("{"):
            raise LoadError(
                f"{variable} is a key, and not the path of its file",
                "put it into GOOGLE_SHEETS_CREDENTIALS_JSON",
            )
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise LoadError(f"{variable}: {path} cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise LoadError(f"{variable}: {path} is not text, and so not a key file") from None
    conceal(*secrets_of({variable: text}))
    remedy = "it must hold the JSON key file of a service account"
    try:
        key = json.loads(text, strict=False)  # some shells turn \n into line breaks
    except (ValueError, RecursionError):
        raise LoadError(f"{variable} is not JSON", remedy) from None
    if not isinstance(key, dict) or key.get("type") != "service_account":
        raise LoadError(f"{variable} is not a service account's key", remedy)
    return variable, key
