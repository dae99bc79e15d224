"""Every fault a service can show, in one table, and the switchboard of one service.

A fault is on until switched off, or for `times` requests. It touches requests whose path contains
`path` (each fault has a default: the answers it is about) and whose query or body contains
`match`; `after` lets that many of them pass first. The other options are the fault's own.

Changes of the past (cost up or down, a late row, a row or day that is gone) are no faults but
restatements: `Service.restate`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

Options = dict[str, object]

_FACEBOOK = "66c79f91be26fd4634569658"


@dataclass(frozen=True)
class Fault:
    """One bad habit; `options` are its defaults."""

    service: str
    path: str
    name: str
    what: str
    options: Mapping[str, object] = field(default_factory=dict)


def common_faults(service: str, path: str) -> Iterator[Fault]:
    fault = partial(Fault, service, path)
    yield fault("slow", "answers after `seconds`", {"seconds": 5.0})
    yield fault("connection_dropped", "closes the connection without an answer")
    yield fault("rate_limited", "429; Retry-After if `retry_after` is given", {"retry_after": None})
    yield fault("server_error", "5xx: `status`", {"status": 502})
    yield fault("invalid_key", "401 for a key that is right")
    yield fault("error_in_200", "status 200, the body an error", {"message": "Internal error"})
    yield fault("html", "status 200, the body a maintenance page")
    yield fault("truncated_json", "half of the body, as if it were whole")
    yield fault("body_cut_off", "half of the announced length, then closed")
    yield fault("empty_day", "nothing happened on `date` (in New York)", {"date": "2025-12-05"})
    yield fault("empty_all", "nothing ever happened")


_everflow = partial(Fault, "everflow")
_table = partial(_everflow, "/entity/table")
_redtrack = partial(Fault, "redtrack")
_report = partial(_redtrack, "/report")

FAULTS: tuple[Fault, ...] = (
    *common_faults("everflow", "/reporting/"),
    _everflow("/reporting/", "wrong_realm", "403 as for a key of another portal"),
    _table("capped", "at most `rows` rows, and says so", {"rows": 10}),
    _table("capped_silently", "at most `rows` rows, incomplete_results false", {"rows": 10}),
    _table("table_null", "`table` is null"),
    _table("table_absent", "the answer is {}"),
    _table("shuffled_columns", "columns in another order from row to row"),
    _table("capitalised_types", "column_type `Affiliate` for `affiliate`"),
    _table("epoch_only_in_id", "the time column's label is empty"),
    _table("epoch_only_in_label", "the time column's id is empty"),
    _table("epoch_as_number", "the time column's id and label are numbers"),
    _table("iso_dates", "the time column is YYYY-MM-DD"),
    _table("bad_date", "the time column of the first `rows` rows is `value`",
           {"value": "n/a", "rows": 1}),
    _table("control_characters",
           "bare U+0001 and line feed in affiliate `id`'s label; an escaped U+0000 if `escaped`",
           {"id": "12", "escaped": False}),
    _table("filter_ignored", "filters and exclusions have no effect"),
    _table("extra_metrics", "metrics nobody knows, one of them text"),
    _table("absent_metrics", "the metrics `names` (comma-separated) are missing",
           {"names": "view_through_cv,media_buying_cost,event_revenue"}),
    _table("bad_metric", "`metric` is `value` in `rows` rows, of `affiliate_id` if given",
           {"metric": "cv", "value": "n/a", "rows": 1, "affiliate_id": None}),
    _everflow("/entity/summary", "summary_disagrees", "the summary's `metric` is larger by `delta`",
              {"metric": "payout", "delta": 100.0}),
    _everflow("/entity/summary", "summary_bare", "the summary is {}"),
    _everflow("/entity/", "day_too_many", "the day before `from` is answered too"),
    _everflow("/networks", "list_in_200", 'status 200 whose body is ["x"]'),
    _everflow("", "renamed_affiliate", "affiliate `id` is called `label`",
              {"id": "12", "label": "Partner Renamed (sandbox)"}),
    _everflow("/v1/networks", "other_defaults", "the account's own currency and zone are these",
              {"currency": "EUR", "timezone_id": 67}),
    *common_faults("redtrack", "/report"),
    _report("broken_report", "500, as for an unknown group"),
    _report("conflict", "409, as beside another request"),
    _report("double_counting", "a request uses up two of the minute's limit"),
    _report("object_in_200", 'status 200, the body {"id": "x"}'),
    _report("null_for_empty", "null where nothing was found"),
    _report("items_null", '{"items": null, "total": {}} where nothing was found'),
    _report("envelope_unasked", "items and total without total=true"),
    _report("bare_list", "a bare list in spite of total=true"),
    _report("per_capped", "at most `rows` rows a page", {"rows": 5}),
    _report("overlapping_pages", "a page starts with the last `rows` of the one before",
            {"rows": 1}),
    _report("unstable_order", "sortby has no effect"),
    _report("source_id_absent", "rows have no source_id key"),
    _report("bad_metric", "`metric` (or date) is `value` in `rows` rows, of `source_id` if given",
            {"metric": "cost", "value": "n/a", "rows": 1, "source_id": None}),
    _report("cost_missing", "`source_id`'s cost is `how`: null, absent, zero; on `date` if given",
            {"source_id": _FACEBOOK, "how": "absent", "date": None}),
    _report("total_disagrees", "the total's `metric` is larger by `delta`",
            {"metric": "cost", "delta": 100.0}),
    _report("account_zone", "the account's own zone, used without `timezone`, is this",
            {"timezone": "Pacific/Auckland"}),
    _redtrack("", "renamed_source", "source `source_id` is called `title`",
              {"source_id": _FACEBOOK, "title": "Meta CCW (renamed)"}),
    _redtrack("/sources", "source_status", "source `source_id` has `status`; None: it is gone",
              {"source_id": _FACEBOOK, "status": 3}),
    _redtrack("/sources", "other_currency", "source `source_id` is kept in `currency`",
              {"source_id": _FACEBOOK, "currency": "EUR"}),
)  # fmt: skip

_STEERING: Options = {"times": None, "after": 0, "path": None, "match": ""}


class Faults:
    """The faults of one service that are on."""

    def __init__(self, service: str, known: Iterable[Fault] = FAULTS) -> None:
        self.known = {fault.name: fault for fault in known if fault.service == service}
        self._on: dict[str, Options] = {}
        self._lock = Lock()

    def on(self, name: str, **options: object) -> None:
        """Switch a fault on, replacing what was set for it before."""
        if name not in self.known:
            raise ValueError(f"no fault {name!r}; there are: {', '.join(self.known)}")
        fault = self.known[name]
        if unknown := options.keys() - fault.options.keys() - _STEERING.keys():
            raise ValueError(f"fault {name!r} has no option {', '.join(sorted(unknown))}")
        settings = {**_STEERING, **fault.options, **options}
        if settings["path"] is None:
            settings["path"] = fault.path
        with self._lock:
            self._on[name] = settings

    def clear(self) -> None:
        with self._lock:
            self._on.clear()

    def for_request(self, path: str, text: str) -> dict[str, Options]:
        """The faults that touch this request; counts it."""
        touched: dict[str, Options] = {}
        with self._lock:
            for name, settings in list(self._on.items()):
                if str(settings["path"]) not in path or str(settings["match"]) not in text:
                    continue
                if _counted_down(settings, "after"):
                    continue
                touched[name] = dict(settings)
                if settings["times"] is not None:
                    _counted_down(settings, "times")
                    if not settings["times"]:
                        del self._on[name]
        return touched


def _counted_down(settings: Options, name: str) -> bool:
    """Take one off a count; false when there was nothing left to take."""
    left = int(str(settings[name]))
    settings[name] = max(0, left - 1)
    return left > 0
