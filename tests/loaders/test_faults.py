"""Every trap of the two services: the loader meets the sandbox's fault with its remedy, or refuses.

One table, one row a fault. A fault of the sandbox that has no row here fails the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.faults import FAULTS
from sandbox.server import Sandbox
from tests.support import DECEMBER, Project

Check = Callable[[Project, list[tuple[Any, ...]]], None]


@dataclass(frozen=True)
class Trap:
    """A fault, how it is set, and what must come of a load that meets it after a good one.

    `says` is what a refused load must say: then the raw rows are as they were and the exit code
    is 1. Without it the load must succeed and leave the same rows, or what `check` asserts.
    """

    service: str
    fault: str
    options: dict[str, Any] = field(default_factory=dict)
    says: str | None = None
    check: Check | None = None
    arguments: tuple[str, ...] = ()
    requests: int | None = None
    also: tuple[str, ...] = ()
    patches: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        options = ",".join(f"{name}={value}" for name, value in self.options.items())
        return "-".join(filter(None, (self.service, self.fault, options, *self.also)))


def rows_rejected(text: str, count: int = 1) -> Check:
    """All rows but `count`, which stand in ops.rejected_rows with the reason."""

    def check(project: Project, before: list[tuple[Any, ...]]) -> None:
        run_id = project.query("select max(run_id) from ops.load_runs")[0][0]
        rejected = project.query(
            f"select source, date, origin, line, reason, payload from ops.rejected_rows "
            f"where run_id = '{run_id}'"
        )
        assert len(rejected) == count
        source, day, origin, line, reason, payload = rejected[0]
        assert (day is None) == (text == "date: missing")
        assert line > 0
        assert "2025-12-01..2025-12-18" in origin
        assert text in reason
        assert payload.startswith("{")
        assert len(project.raw(source)) == len(before) - count
        assert project.last_run(source)["rows_rejected"] == count

    return check


def column_is(service: str, sql: str, expected: Any) -> Check:
    def check(project: Project, before: list[tuple[Any, ...]]) -> None:
        assert project.query(sql)[0][0] == expected
        assert len(project.raw(service)) == len(before)

    return check


def everywhere(service: str) -> list[Trap]:
    """The traps that both services have."""
    once, twice = {"times": 1}, {"times": 2}
    return [
        Trap(service, "slow", {"seconds": 3, **once}),
        Trap(service, "connection_dropped", twice),
        Trap(service, "connection_dropped", says="failed: ", requests=5),
        Trap(service, "rate_limited", twice),
        Trap(service, "rate_limited", {"retry_after": 1, **once}),
        Trap(service, "server_error", {"status": 503, **twice}),
        Trap(service, "server_error", says="HTTP 502: Internal server error", requests=5),
        Trap(service, "invalid_key", says="HTTP 401: Unauthorized", requests=1),
        Trap(service, "error_in_200", says="an error with HTTP 200: Internal error"),
        Trap(service, "html", says="answered text/html", requests=1),
        Trap(service, "truncated_json", twice),
        Trap(service, "truncated_json", says="that is not JSON", requests=5),
        Trap(service, "body_cut_off", twice),
        Trap(service, "body_cut_off", says="failed: ", requests=5),
        Trap(service, "empty_day", {"date": "2025-12-07"}, check=day_emptied(service)),
        Trap(service, "empty_all", says="suspicious-empty"),
        Trap(service, "empty_all", arguments=("--allow-empty",), check=all_emptied(service)),
    ]


def day_emptied(service: str) -> Check:
    def check(project: Project, before: list[tuple[Any, ...]]) -> None:
        expected = [row for row in before if "2025, 12, 7)" not in repr(row)]
        assert len(expected) < len(before)
        assert project.raw(service) == expected
        run = project.last_run(service)
        assert (run["verdict"], run["days_emptied"]) == ("ok", 1)

    return check


def all_emptied(service: str) -> Check:
    def check(project: Project, before: list[tuple[Any, ...]]) -> None:
        assert project.raw(service) == []
        assert project.last_run(service)["verdict"] == "expected-empty"

    return check


SMALL_PAGES = {"loaders.sources.redtrack.PAGE_SIZE": 20}
MAPPED = "66c79f91be26fd4634569658"
NO_COST = f"select count(*) from redtrack.daily_spend where source_id = '{MAPPED}' and cost is null"
ZERO_COST = f"select sum(cost) from redtrack.daily_spend where source_id = '{MAPPED}'"

NO_CONTROL = (
    "everflow",
    "select count(*) from everflow.daily_stats "
    "where regexp_matches(affiliate_label, '[\\x00-\\x1f]')",
    0,
)

TRAPS = [
    *everywhere("everflow"),
    Trap("everflow", "wrong_realm", says="HTTP 403", requests=1),
    Trap("everflow", "capped", {"rows": 10}),
    Trap("everflow", "capped_silently", {"rows": 10}, says="truncated"),
    Trap(
        "everflow",
        "capped_silently",
        {"rows": 10},
        patches={"loaders.sources.everflow.ROW_CAP": 10},
    ),
    Trap("everflow", "capped", {"rows": 0}, says="truncated"),
    Trap("everflow", "table_null", says="truncated"),
    Trap("everflow", "table_null", also=("empty_all",), says="suspicious-empty"),
    Trap("everflow", "table_absent", says="expected a table, got"),
    Trap("everflow", "shuffled_columns"),
    Trap("everflow", "capitalised_types"),
    Trap("everflow", "epoch_only_in_id"),
    Trap("everflow", "epoch_only_in_label"),
    Trap("everflow", "epoch_as_number"),
    Trap("everflow", "iso_dates"),
    Trap("everflow", "control_characters", {"escaped": True}, check=column_is(*NO_CONTROL)),
    Trap("everflow", "control_characters", check=column_is(*NO_CONTROL)),
    Trap(
        "everflow",
        "renamed_affiliate",
        check=column_is(
            "everflow",
            "select distinct affiliate_label from everflow.daily_stats where affiliate_id = 12",
            "Partner Renamed (sandbox)",
        ),
    ),
    Trap(
        "everflow",
        "filter_ignored",
        arguments=("--advertiser-id", "2"),
        says="asked for advertiser 2, got a row of 1",
    ),
    Trap("everflow", "extra_metrics"),
    Trap(
        "everflow",
        "absent_metrics",
        check=column_is("everflow", "select count(event_revenue) from everflow.daily_stats", 0),
    ),
    Trap("everflow", "absent_metrics", {"names": "cv"}, says="the rows add up to conversions 0"),
    Trap("everflow", "bad_metric", check=rows_rejected("conversions: 'n/a' is not a number")),
    Trap("everflow", "bad_metric", {"rows": 9999}, says="none of 444 rows of daily_stats"),
    Trap("everflow", "bad_metric", {"value": 1.5}, says="the rows add up to conversions"),
    Trap(
        "everflow",
        "bad_metric",
        {"metric": "payout", "value": "NaN"},
        check=rows_rejected("payout: 'NaN' is not a number"),
    ),
    Trap("everflow", "bad_date", check=rows_rejected("date: missing")),
    Trap("everflow", "summary_disagrees", says="the rows add up to payout"),
    Trap("everflow", "summary_disagrees", {"times": 1}),
    Trap("everflow", "summary_bare", says="entity/summary: unexpected response: expected cv, "),
    Trap("everflow", "day_too_many", says="got a row of 2025-11-30"),
    Trap("everflow", "list_in_200", {"path": ""}, says="expected an object, got"),
    Trap("everflow", "other_defaults"),
    *everywhere("redtrack"),
    Trap("redtrack", "broken_report", says="Problem with loading report", requests=5),
    Trap("redtrack", "conflict", {"times": 2}),
    Trap("redtrack", "double_counting"),
    Trap("redtrack", "object_in_200", says="expected a list of rows, got"),
    Trap("redtrack", "null_for_empty"),
    Trap("redtrack", "null_for_empty", also=("empty_all",), says="suspicious-empty"),
    Trap("redtrack", "items_null"),
    Trap("redtrack", "items_null", also=("empty_all",), says="suspicious-empty"),
    Trap("redtrack", "envelope_unasked"),
    Trap("redtrack", "bare_list"),
    Trap("redtrack", "per_capped"),
    Trap("redtrack", "overlapping_pages", {"rows": 3}, patches=SMALL_PAGES),
    Trap("redtrack", "unstable_order", patches=SMALL_PAGES, says="truncated"),
    Trap("redtrack", "source_id_absent", says="has two rows of one source and day"),
    Trap(
        "redtrack",
        "renamed_source",
        check=column_is(
            "redtrack",
            f"select distinct source from redtrack.daily_spend where source_id = '{MAPPED}'",
            "Meta CCW (renamed)",
        ),
    ),
    Trap("redtrack", "bad_metric", check=rows_rejected("cost: 'n/a' is not a number")),
    Trap("redtrack", "cost_missing", {"how": "null"}, check=column_is("redtrack", NO_COST, 18)),
    Trap("redtrack", "cost_missing", {"how": "absent"}, check=column_is("redtrack", NO_COST, 18)),
    Trap("redtrack", "cost_missing", {"how": "zero"}, check=column_is("redtrack", ZERO_COST, 0)),
    Trap("redtrack", "total_disagrees", says="the rows add up to cost"),
    Trap("redtrack", "total_disagrees", {"times": 1}),
    Trap("redtrack", "account_zone"),
    Trap("redtrack", "source_status"),
    Trap("redtrack", "other_currency"),
]


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_is_met_or_refused(
    trap: Trap, loaded_project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = loaded_project
    before = project.raw(trap.service)
    assert len(before) > 100
    service = sandbox.services[trap.service]
    service.requests.clear()
    service.faults.on(trap.fault, **trap.options)
    for other in trap.also:
        service.faults.on(other)
    for name, value in trap.patches.items():
        monkeypatch.setattr(name, value)
    if trap.fault == "slow":
        monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.3")

    result = project.run("load", trap.service, *DECEMBER, *trap.arguments)

    if trap.says:
        assert trap.says in result.output
        assert result.exit_code == 1
        assert project.raw(trap.service) == before
        run = project.last_run(trap.service)
        assert run["verdict"] in ("failed", "truncated", "suspicious-empty")
        assert run["complete_through"] is None
    else:
        assert result.exit_code == 0, result.output
        (trap.check or same_rows(trap.service))(project, before)
    if trap.requests:
        path = {"everflow": "/entity/table", "redtrack": "/report"}[trap.service]
        asked = [request for request in service.requests if request.path.endswith(path)]
        assert len(asked) in (trap.requests, 0), "0: refused before the first question"


def same_rows(service: str) -> Check:
    def check(project: Project, before: list[tuple[Any, ...]]) -> None:
        assert project.raw(service) == before

    return check


def test_every_fault_of_the_sandbox_has_a_trap() -> None:
    tried = {(trap.service, trap.fault) for trap in TRAPS}
    assert tried == {(fault.service, fault.name) for fault in FAULTS}
