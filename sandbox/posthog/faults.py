"""The bad habits of PostHog; steered as in sandbox/faults.py.

`path` is looked for in the path below /posthog, `match` in the query string and the body.
"""

from functools import partial

from sandbox.faults import Fault, common_faults

_any = partial(Fault, "posthog", "/api/")
_query = partial(Fault, "posthog", "/query/")

POSTHOG_FAULTS: tuple[Fault, ...] = (
    *common_faults("posthog", "/api/"),  # a 5xx is a page of HTML but for 500
    _any("missing_scope", "403: the key lacks the scope of what it asks for"),
    _any("project_gone", "404: there is no such project"),
    _any("list_in_200", 'status 200 whose body is ["x"]'),
    _query("busy", "429 for too many queries at once, with Retry-After: 1"),
    _query(
        "query_timeout",
        "504 from the query's own limit of time, if it is asked for more than `rows` rows",
        {"rows": 0},
    ),
    _query(
        "too_many_bytes",
        "400 from ClickHouse's own limit, if it is asked for more than `hours` hours",
        {"hours": 0},
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
    _any("small_pages", "at most `rows` records a page of a list, whatever is asked", {"rows": 2}),
    _any("empty_page", "a page without records before the second, which leads on"),
    _any("repeating_next", "the last page of a list leads to itself"),
    _any("older_server", "flags and experiments have the oldest fields alone"),
    _any(
        "bad_record",
        "the first record of a list has `field` = `value`",
        {"field": "id", "value": None},
    ),
)
