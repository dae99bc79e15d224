"""A day that was read is replaced, no other; what is loaded is known from the warehouse alone."""

import shutil
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sandbox.server import Sandbox
from tests.support import DECEMBER, Project

ONE_DAY = ("--start-date", "2025-12-05", "--end-date", "2025-12-05")
SUMS = (
    "select advertiser_label in ('CCW', 'EXP') as known, advertiser_label = 'CCW' as is_ccw, "
    "count(*), sum(conversions), sum(payout) from everflow.daily_stats group by all order by all"
)


def test_december_adds_up_to_the_clients_totals(loaded_project: Project) -> None:
    others, exp, ccw = loaded_project.query(SUMS)
    assert others[2:] == (52, 2, Decimal("293.00"))
    assert exp[2:] == (14, 1, Decimal("0.00"))
    assert ccw[2:] == (378, 4592, Decimal("124340.00"))
    labels = loaded_project.query(
        "select count(*) from everflow.daily_stats where affiliate_id = 0"
    )
    assert labels[0][0] > 0, "rows of N/A are kept"


def test_what_changed_or_vanished_upstream_does_so_here(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    before = loaded_project.raw("everflow")
    restate = sandbox.everflow.restate
    restate("set", date="2025-12-05", affiliate_id="1", advertiser_id="1", cv=77, payout="1.25")
    restate("remove", date="2025-12-05", affiliate_id="12", advertiser_id="1")
    restate("add", date="2025-12-05", affiliate_id="999", advertiser_id="1", cv=3, payout="9.00")
    restate("remove", date="2025-12-06")

    assert loaded_project.run("load", "everflow", *ONE_DAY).exit_code == 0

    rows = loaded_project.query(
        "select affiliate_id, conversions, payout from everflow.daily_stats "
        "where date = '2025-12-05' and advertiser_id = 1 and affiliate_id in (1, 12, 999) "
        "order by affiliate_id"
    )
    assert [(r[0], r[1], str(r[2])) for r in rows] == [(1, 77, "1.2500"), (999, 3, "9.0000")]
    other_days = [row for row in loaded_project.raw("everflow") if row[0] != date(2025, 12, 5)]
    assert other_days == [row for row in before if row[0] != date(2025, 12, 5)]


def test_an_advertiser_alone_is_replaced_and_completes_no_day(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    sandbox.everflow.restate("remove", date="2025-12-05")
    before = loaded_project.raw("everflow")
    only = ("--advertiser-id", "1", "--allow-empty")

    assert loaded_project.run("load", "everflow", *ONE_DAY, *only).exit_code == 0

    expected = [r for r in before if not (r[0] == date(2025, 12, 5) and r[3] == 1)]
    assert loaded_project.raw("everflow") == expected
    run = loaded_project.last_run("everflow")
    assert (run["advertiser_id"], run["complete_through"], run["days_emptied"]) == ("1", None, 1)


def test_the_ledger_says_what_was_done(loaded_project: Project) -> None:
    run = loaded_project.last_run("redtrack")
    rows = len(loaded_project.raw("redtrack"))
    assert (run["rows_read"], run["rows_written"], run["rows_rejected"]) == (rows, rows, 0)
    assert (run["window_start"], run["window_end"]) == (date(2025, 12, 1), date(2025, 12, 18))
    assert (run["min_date"], run["max_date"]) == (date(2025, 12, 1), date(2025, 12, 18))
    assert (run["timezone"], run["currency"]) == ("America/New_York", "USD")
    assert run["complete_through"] == run["settled_through"] == date(2025, 12, 18)


def test_a_new_machine_knows_what_is_loaded(loaded_project: Project) -> None:
    """dlt's working folder may be gone: the next window comes from the ledger."""
    shutil.rmtree(loaded_project.root / ".dlt" / "pipelines", ignore_errors=True)
    planned = loaded_project.run("load", "everflow", "--dry-run").output
    assert "would read 2025-12-19.." in planned
    refreshed = loaded_project.run("load", "everflow", "--dry-run", "--full-refresh").output
    assert "would read 2025-12-01.." in refreshed
    assert "replace 444 rows" in refreshed


@pytest.mark.from_nothing
def test_a_dry_run_asks_nothing_and_makes_nothing(project: Project, sandbox: Sandbox) -> None:
    result = project.run("load", "--dry-run", *DECEMBER)
    assert result.exit_code == 0
    assert "would read 2025-12-01..2025-12-18 (18 days) and replace 0 rows" in result.output
    assert not project.warehouse.exists()
    assert not (project.root / ".dlt" / "pipelines").exists()
    assert sandbox.everflow.requests == sandbox.redtrack.requests == []


def test_the_usual_run_ends_yesterday_and_asks_in_the_clients_zone_and_currency(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    assert loaded_project.run("load", "everflow").exit_code == 0
    run = loaded_project.last_run("everflow")
    today = run["started_at"].date()
    assert today - timedelta(2) <= run["window_end"] < today + timedelta(1)
    asked = [r.body for r in sandbox.everflow.requests if r.path.endswith("/entity/table")]
    assert asked
    for body in asked:
        assert isinstance(body, dict)
        assert (body["timezone_id"], body["currency_id"]) == (80, "USD")


def test_a_backfill_in_front_leaves_the_rest_alone(project: Project) -> None:
    later = ("--start-date", "2025-12-10", "--end-date", "2025-12-18")
    assert project.run("load", "redtrack", *later).exit_code == 0
    before = project.raw("redtrack")
    earlier = ("--start-date", "2025-11-20", "--end-date", "2025-12-09")
    assert project.run("load", "redtrack", *earlier).exit_code == 0
    assert [row for row in project.raw("redtrack") if row[0] >= date(2025, 12, 10)] == before


def test_days_that_stay_empty_are_believed_a_day_later(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    sandbox.everflow.faults.on("empty_all")
    ago = "update ops.load_runs set started_at = started_at - interval '{} hour'"
    for hours in (12, 13):
        assert "suspicious-empty" in loaded_project.run("load", "everflow", *DECEMBER).output
        loaded_project.execute(ago.format(hours))
    result = loaded_project.run("load", "everflow", *DECEMBER)
    assert result.exit_code == 0
    assert "believed, as it was so on " in result.output
    assert loaded_project.raw("everflow") == []


def test_redtracks_minute_is_respected(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve pages, six a minute, each counted twice: it waits and is never refused."""
    clock = [1_800_000_000.0]
    monkeypatch.setattr(sandbox.redtrack, "clock", lambda: clock[0])
    monkeypatch.setattr("loaders.http.sleep", lambda s: clock.__setitem__(0, clock[0] + s))
    for limit in sandbox.redtrack.limits.values():
        monkeypatch.setattr(limit, "clock", lambda: clock[0])
        limit.limit = 6
    sandbox.redtrack.faults.on("double_counting")
    sandbox.redtrack.faults.on("per_capped", rows=13)

    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0

    asked = [request for request in sandbox.redtrack.requests if request.path == "/report"]
    assert len(asked) > 10
    assert {request.status for request in asked} == {200}
    assert clock[0] > 1_800_000_000 + 60 * 3


def test_a_later_bad_run_does_not_take_a_rejected_row_from_the_good_one(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    """The good run's day lacks the row; it must stay held back."""
    sandbox.everflow.faults.on("bad_metric", metric="cv", value="n/a")
    assert loaded_project.run("load", "everflow", *DECEMBER).exit_code == 0
    good = loaded_project.last_run("everflow")
    sandbox.everflow.faults.on("empty_day", date="2025-12-16")
    assert loaded_project.run("load", "everflow", *DECEMBER).exit_code == 0
    spoiled = loaded_project.query("select run_id from ops.rejected_rows order by rejected_at")
    assert spoiled[0][0] == good["run_id"]
    assert len(spoiled) == 2
