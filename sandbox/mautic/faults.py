"""The bad habits of Mautic, steered as in sandbox/faults.py.

Changes of data are no faults but methods of `Mautic.store`.
"""

from functools import partial

from sandbox.faults import Fault

_token = partial(Fault, "mautic", "/oauth/v2/token")
_api = partial(Fault, "mautic", "/api/")
_stats = partial(Fault, "mautic", "/api/stats/")

MAUTIC_FAULTS: tuple[Fault, ...] = (
    _api("slow", "answers after `seconds`", {"seconds": 5.0}),
    _api("connection_dropped", "closes the connection without an answer"),
    _api("rate_limited", "429; Retry-After if `retry_after` is given", {"retry_after": None}),
    _api("server_error", "5xx: `status`", {"status": 502}),
    _api("server_error_page", "5xx: `status`, the body a page of the web server", {"status": 504}),
    _api("invalid_key", "401 for a token that is good"),
    _api("error_in_200", "status 200, the body `errors`", {"message": "Internal error"}),
    _api("html", "status 200, the body a maintenance page"),
    _api("list_in_200", 'status 200, the body ["x"]'),
    _api("truncated_json", "half of the body, as if it were whole"),
    _api("body_cut_off", "half of the announced length, then closed"),
    _api("empty_day", "no mail was sent on `date` (in New York)", {"date": "2025-12-05"}),
    _api("empty_all", "the install is empty"),
    _token("client_refused", "400 for credentials that are right"),
    _token("token_short", "a token is good for `seconds`, and says so", {"seconds": 2}),
    _token("token_dies_early", "a token is good for `seconds`, and says 3600", {"seconds": 2}),
    _token("token_without_lifetime", "the answer has no expires_in"),
    _token("token_absent", "the answer has no access_token"),
    _api("token_revoked", "before this request all tokens are revoked"),
    _api("header_stripped", "the web server drops the Authorization header"),
    _api("api_disabled", "403: the API is switched off"),
    _api("no_permission", "403: the role may not read this"),
    _api("old_error_shape", "refusals say `error`, one object, as older versions"),
    _api("total_off", "the total is `delta` more: it is cached", {"delta": -3}),
    _api("total_absent", "no total"),
    _api("other_totals", "totals as text where they are numbers, and the other way round"),
    _api("body_as_list", "entities as a list, as Mautic 2 had e-mails"),
    _api("other_empties", "{} for an empty list, [] for an empty object"),
    _api("body_absent", "the key with the rows is missing"),
    _api("body_null", "the key with the rows is null"),
    _api("page_capped", "at most `rows` rows a page, whatever the limit", {"rows": 10}),
    _api("start_ignored", "every page is the first one"),
    _api("overlapping_pages", "a page starts with the last `rows` of the one before", {"rows": 1}),
    _api("row_vanishes", "before this answer the first row is deleted, and all others move up"),
    _api("where_ignored", "filters have no effect"),
    _api("variants_hidden", "the list of e-mails has no variants, whatever the filter"),
    _api("order_ignored", "orderBy and order have no effect"),
    _api("bad_id", "the id of the first `rows` rows is `value`", {"value": None, "rows": 1}),
    _api(
        "bad_value",
        "`column` (as answered) is `value` in the first `rows` rows",
        {"column": "date_sent", "value": "n/a", "rows": 1},
    ),
    _api("column_absent", "`column` (as answered) is missing", {"column": "date_sent"}),
    _api("column_added", "a column nobody knows", {"column": "new_in_mautic_7", "value": "1"}),
    _stats("table_unknown", "the tables there are in place of rows"),
    _stats("typed_stats", "numbers as numbers, the total too: a newer PHP"),
)
