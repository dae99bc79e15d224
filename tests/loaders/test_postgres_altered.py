"""Tables that somebody altered by hand, on either target: refused by name, or read again."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tests.support import DECEMBER, OF_ITS_OWN_LOAD, Project, on_both_targets, told

pytestmark = [pytest.mark.slow, on_both_targets]

WEEK = ("--start-date", "2025-12-12", "--end-date", "2025-12-18")


def load(project: Project, window: Sequence[str] = DECEMBER) -> tuple[int | None, list[str]]:
    running = project.start("load", *window)
    said, _ = running.communicate(timeout=120)
    assert "Traceback" not in said
    return running.returncode, told(said)


def by_name(project: Project) -> list[dict[str, Any]]:
    """The rows whatever the order of the columns, which is another where one was made again."""
    names, rows = project.fetch("select * from everflow.daily_stats")
    left_out = OF_ITS_OWN_LOAD | {"paid"}
    named = [dict(sorted(zip(names, row, strict=True))) for row in rows]
    kept = [{name: value for name, value in row.items() if name not in left_out} for row in named]
    return sorted(kept, key=repr)


@pytest.mark.parametrize(
    ("column", "to", "says"),
    [
        ("payout", "text", "payout has type text, expected decimal(18,4)"),
        ("payout", "double precision", "payout has type double"),
        ("payout", "numeric(18, 2)", "payout has type decimal(18,2), expected decimal(18,4)"),
        ("conversions", "text", "conversions has type text, expected bigint"),
        ("date", "text", "date has type text, expected date"),
        ("_loaded_at", "timestamp", "_loaded_at has type timestamp"),
    ],
)
def test_another_type_is_refused_by_name(
    column: str, to: str, says: str, loaded_project: Project
) -> None:
    """The others are still loaded, and what was there stays."""
    loaded_project.execute(f"alter table everflow.daily_stats alter column {column} type {to}")
    before = loaded_project.raw("everflow")
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    refused, loaded = said
    assert refused.startswith(f"713 everflow: failed: everflow.daily_stats.{says}")
    assert "change it back" in refused
    assert loaded.startswith("713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok")
    assert loaded_project.raw("everflow") == before
    assert loaded_project.run("status").exit_code == 0
    doctor = loaded_project.run("doctor")
    assert doctor.exit_code == 1
    assert f"FAIL  warehouse: everflow.daily_stats.{says}" in doctor.output


AS_TEXT = [
    f"alter table {schema}.daily_stats alter column {column} type text"
    for schema in ("everflow", "everflow_staging")
    for column in ("affiliate_id", "advertiser_id")
]


def test_ids_that_an_earlier_version_kept_as_text_become_numbers(loaded_project: Project) -> None:
    before = loaded_project.raw("everflow")
    loaded_project.execute(
        *AS_TEXT,
        "update everflow.daily_stats set affiliate_id = '' where affiliate_id = '0'",
        "create schema staging",
        "create view staging.stg_everflow__daily_stats as select * from everflow.daily_stats",
    )
    assert "everflow.daily_stats" not in loaded_project.run("doctor").output
    exit_code, said = load(loaded_project, WEEK)
    assert exit_code == 0, said
    assert said[0].startswith("everflow.daily_stats: affiliate_id, advertiser_id were text in an")
    assert loaded_project.raw("everflow") == before
    assert load(loaded_project)[1][0].startswith("713 everflow: 2025-12-01..2025-12-18: 444 rows")


def test_a_text_that_is_no_number_is_named(loaded_project: Project) -> None:
    loaded_project.execute(
        *AS_TEXT, "update everflow.daily_stats set affiliate_id = 'x9' where affiliate_id = '12'"
    )
    exit_code, said = load(loaded_project, WEEK)
    assert exit_code == 1
    assert "daily_stats.affiliate_id must be whole numbers in this version" in said[0]
    assert "such as 'x9'; delete these rows, and load again" in said[0]


@pytest.mark.parametrize(
    "change",
    [
        "alter table everflow.daily_stats rename column payout to paid",
        "drop table everflow.daily_stats",
    ],
)
def test_what_is_gone_is_made_again_and_days_count_as_not_loaded(
    change: str, loaded_project: Project
) -> None:
    """Else the days before the next load's window would keep no payout, and pass as complete."""
    before = by_name(loaded_project)
    loaded_project.execute(change)
    assert "FAIL  warehouse: everflow.daily_stats" in loaded_project.run("doctor").output

    exit_code, said = load(loaded_project, WEEK)

    assert exit_code == 0
    assert said[0].startswith("everflow.daily_stats")
    assert "all of everflow counts as not loaded" in said[0]
    complete = loaded_project.query(
        "select min(window_start) from ops.load_runs "
        "where source = 'everflow' and complete_through is not null"
    )
    assert complete == [(date(2025, 12, 12),)]
    planned = loaded_project.run("load", "everflow", "--dry-run").output
    assert "would read 2025-12-01.." in planned
    assert loaded_project.run("load", *DECEMBER).exit_code == 0
    assert by_name(loaded_project) == before


def test_a_key_that_is_gone_is_refused(loaded_project: Project) -> None:
    loaded_project.execute("alter table everflow.daily_stats rename affiliate_id to aff")
    before = loaded_project.raw("everflow")
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    assert said[0].startswith("713 everflow: failed: everflow.daily_stats.affiliate_id is gone")
    assert "put it back, or drop the table" in said[0]
    assert said[1].startswith("713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok")
    assert loaded_project.raw("everflow") == before


def test_a_constraint_that_is_gone_changes_nothing(loaded_project: Project) -> None:
    before = loaded_project.state()
    loaded_project.execute("alter table everflow.daily_stats alter affiliate_id drop not null")
    assert loaded_project.run("load", *DECEMBER).exit_code == 0
    assert loaded_project.state() == before


def test_a_constraint_that_rows_break_is_said(loaded_project: Project) -> None:
    loaded_project.execute(
        "delete from redtrack.daily_spend where cost is null",
        "alter table redtrack.daily_spend alter cost set not null",
    )
    before = loaded_project.raw("redtrack")
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    assert said[0].startswith("713 everflow: 2025-12-01..2025-12-18: 444 rows, ok")
    assert "nothing replaced: loading into schema redtrack failed: " in said[1]
    assert "cost" in said[1]
    assert len(said) == 2
    assert loaded_project.raw("redtrack") == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("alter complete_through type text", "complete_through has type text, expected date"),
        (
            "alter finished_at type text",
            "finished_at has type text, expected timestamp with time zone",
        ),
        ("rename column verdict to judgement", "verdict is gone"),
        ("drop column advertiser_id", "advertiser_id is gone"),
    ],
)
def test_an_altered_ledger_stops_everything(
    change: str, says: str, loaded_project: Project
) -> None:
    before, says = loaded_project.state(), f"ops.load_runs.{says}"
    loaded_project.execute(f"alter table ops.load_runs {change}")
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    assert len(said) == 1
    assert says in said[0]
    assert loaded_project.state() == before
    status = loaded_project.run("status")
    assert status.exit_code == 1
    assert says in status.output
    doctor = loaded_project.run("doctor")
    assert doctor.exit_code == 1
    assert f"FAIL  warehouse: {says}" in doctor.output


def test_rejected_rows_that_are_gone_stop_everything(loaded_project: Project) -> None:
    """A day whose rows were rejected would pass as complete."""
    loaded_project.execute("drop table ops.rejected_rows")
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    assert "ops.rejected_rows is gone" in said[0]
    loaded_project.execute("drop table ops.load_runs")
    assert loaded_project.run("load", *DECEMBER).exit_code == 0
    assert loaded_project.query("select count(*) from ops.load_runs") == [(2,)]
