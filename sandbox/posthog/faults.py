"""The bad habits of PostHog; steered as in sandbox/faults.py.

`path` is looked for in the path below /posthog, `match` in the query string and the body.
"""

from functools import partial

from sandbox.faults import Fault

_any = partial(Fault, "posthog", "/api/")
_query = partial(Fault, "posthog", "/query/")
_list = partial(Fault, "posthog", "/api/")

POSTHOG_FAULTS: tuple[Fault, ...] = (
    _any("slow", "answers after `seconds`", {"seconds": 5.0}),
    _any("connection_dropped", "closes the connection without an answer"),
    _any("rate_limited", "429; Retry-After if `retry_after` is given", {"retry_after": None}),
    _any("server_error", "5xx: `status`; a page of HTML but for 500", {"status": 502}),
    _any("invalid_key", "401 for a key that is right"),
    _any("missing_scope", "403: the key lacks the scope of what it asks for"),
    _any("project_gone", "404: there is no such project"),
    _any("error_in_200", "status 200, the body an error", {"message": "Internal error"}),
    _any("list_in_200", 'status 200 whose body is ["x"]'),
    _any("html", "status 200, the body a maintenance page"),
    _any("truncated_json", "half of the body, as if it were whole"),
    _any("body_cut_off", "half of the announced length, then closed"),
    _query("empty_day", "nothing happened on `date` (in New York)", {"date": "2025-12-05"}),
    _query("empty_all", "nothing ever happened"),
    _query("busy", "429 for too many queries at once, with Retry-After: 1"),
    _query(
        "query_timeout",
        "504 from the query's own limit of time, if it is asked for more than `rows` rows",
        {"rows": 0},
    ),
    _query("query_error", "status 200, `error` says `message`, no results", {"message": "Failed"}),
    _query("capped", "at most `rows` rows an answer, without a word", {"rows": 1_000}),
    _query("keyset_ignored", "the same page for ever: what the tuple says has no effect"),
    _query("duplicates", "the first row comes twice, and the last is missing for it"),
    _query("shuffled_columns", "columns in another order than asked, with `columns` to match"),
    _query("types_as_strings", "`types` is a list of plain strings, as older servers have it"),
    _query("properties_as_objects", "properties are objects, not text"),
    _query("results_null", "`results` is null"),
    _query(
        "bad_event",
        "`column` is `value` in the first `rows` rows",
        {"column": "timestamp", "value": None, "rows": 1},
    ),
    _list("small_pages", "at most `rows` records a page of a list, whatever is asked", {"rows": 2}),
    _list("repeating_next", "the last page of a list leads to itself"),
    _list("older_server", "flags and experiments have the oldest fields alone"),
    _list(
        "bad_record",
        "the first record of a list has `field` = `value`",
        {"field": "id", "value": None},
    ),
)
