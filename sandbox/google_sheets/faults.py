"""The bad habits of Google Sheets; steered as those in sandbox/faults.py.

What is in a sheet does not change by faults but by edits: `GoogleSheets.restate`.
"""

from functools import partial

from sandbox.faults import Fault, common_faults

_ANY = "/v4/spreadsheets/"
_api = partial(Fault, "google_sheets", _ANY)
_token = partial(Fault, "google_sheets", "/token")

SHEETS_FAULTS: tuple[Fault, ...] = (
    *(f for f in common_faults("google_sheets", _ANY) if f.name != "empty_day"),
    _token(
        "token_refused",
        "400 `error`, flat, as for a deleted key or a wrong clock",
        {"error": "invalid_grant", "description": "Invalid JWT Signature."},
    ),
    _token("short_token", "tokens live `seconds`", {"seconds": 1}),
    _api("not_shared", "403 for a sheet that is shared"),
    _api("missing", "404 for a sheet that is there"),
    _api("api_disabled", "403, as for a project that has not enabled the API"),
    _api("wrong_scope", "403, as for a token without a scope for sheets"),
    _api("not_a_sheet", "400 FAILED_PRECONDITION, as for an .xlsx that was uploaded"),
    _api("loading", "formulas are still being worked out: Loading..."),
    _api("other_locale", "the sheet is shown as in `locale`: 1.234,50", {"locale": "de_DE"}),
    _api(
        "edited",
        "after this answer somebody deletes row `row` of `tab`, so that the next does not fit it",
        {"tab": "Targets", "row": 2, "times": 1},
    ),
)
