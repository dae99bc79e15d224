"""`signalroom summary`: which rows of the marts it shows, and how."""

import pytest

from tests.support import Project, on_both_targets

SUMMARY = """
create table marts.daily_summary as
select
    '713' as client_id, cast(report_date as date) as report_date, advertiser_id, advertiser_label,
    conversions, cast(conversions * 40 as decimal(18, 4)) as revenue,
    cast(0 as decimal(18, 4)) as payout, cast(0 as decimal(18, 4)) as spend,
    cast(null as decimal(18, 4)) as effective_cpa, cast(null as decimal(18, 4)) as cpa,
    reason is null as is_complete, reason as incomplete_reason,
    orders, approved as approved_orders, cast(approved * 95 as decimal(18, 4)) as order_revenue,
    cast(case when approved > 0 then 95 end as decimal(18, 4)) as aov,
    cast(case when orders > 0 then approved / cast(orders as decimal(18, 4)) end as decimal(18, 4))
        as approval_rate,
    orders_complete
from (
    values
    ('2025-11-30', '1', 'CCW', 0, 'not loaded', 9, 8, false),
    ('2025-12-01', '1', 'CCW', 300, cast(null as text), 8, 6, true),
    ('2025-12-01', '2', 'EXP', 0, null, 0, 0, true),
    ('2025-12-02', '1', 'CCW', 200, null, 4, 1, true),
    ('2025-12-02', '2', 'EXP', 0, 'redtrack', 1, 0, true),
    ('2025-12-03', '-1', 'Unmapped', 0, 'not loaded', 2, 2, false)
) as made (
    report_date, advertiser_id, advertiser_label, conversions, reason, orders, approved,
    orders_complete
)
"""
HEATMAP = """
create table marts.state_heatmap as
select
    '713' as client_id, window_name, state_code, '1' as advertiser_id, 'CCW' as advertiser_label,
    10 as orders, 4 as first_orders, cast(0.2 as decimal(18, 4)) as decline_rate,
    cast(revenue as decimal(18, 4)) as revenue, cast(95 as decimal(18, 4)) as aov,
    3 as core_orders, cast(285 as decimal(18, 4)) as core_revenue,
    cast('2025-11-26' as date) as window_start_date, cast('2025-12-02' as date) as window_end_date,
    false as orders_complete
from (
    values ('7_days', 'TX', 760), ('7_days', 'CA', 950), ('all', 'NY', 9500)
) as made (window_name, state_code, revenue)
"""


@pytest.fixture
def marts(project: Project) -> Project:
    project.execute("create schema marts", SUMMARY, HEATMAP)
    return project


def shown(project: Project, *arguments: str) -> dict[str, list[str]]:
    """By the first word of its title, the lines of each table below its header."""
    result = project.run("summary", *arguments)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    tables = "\n".join(lines).strip().split("\n\n")
    return {table.split()[0]: table.splitlines()[2:] for table in tables}


@on_both_targets
def test_days_that_only_orders_reach_back_to_are_not_in_the_daily_summary(marts: Project) -> None:
    assert shown(marts)["Daily"] == [
        "2025-12-01 1 CCW 300 12,000.00 0.00 0.00 – – yes –",
        "2025-12-02 1 CCW 200 8,000.00 0.00 0.00 – – yes –",
        "2025-12-02 2 EXP 0 0.00 0.00 0.00 – – no redtrack",
        "sum 1 CCW 500 20,000.00 0.00 0.00 – – yes –",
        "sum 2 EXP 0 0.00 0.00 0.00 – – no –",
    ]


@on_both_targets
def test_orders_are_shown_by_day_and_added_up(marts: Project) -> None:
    assert shown(marts, "--days", "3")["Orders"] == [
        "2025-12-01 1 CCW 8 6 75.0% 570.00 95.00 yes",
        "2025-12-02 1 CCW 4 1 25.0% 95.00 95.00 yes",
        "2025-12-02 2 EXP 1 0 0.0% 0.00 – yes",
        "2025-12-03 -1 Unmapped 2 2 100.0% 190.00 95.00 no",
        "sum 1 CCW 12 7 – 665.00 – yes",
        "sum 2 EXP 1 0 – 0.00 – yes",
        "sum -1 Unmapped 2 2 – 190.00 – no",
    ]


def test_the_states_with_most_revenue_come_first(marts: Project) -> None:
    assert shown(marts)["Top"] == [
        "CA 1 CCW 10 4 20.0% 950.00 95.00 3 285.00",
        "TX 1 CCW 10 4 20.0% 760.00 95.00 3 285.00",
    ]
    said = " ".join(marts.run("summary").output.split())
    assert "revenue, 2025-11-26..2025-12-02, some of whose orders are not there yet state" in said


def test_a_client_without_order_files_has_no_tables_of_orders(marts: Project) -> None:
    marts.execute("update marts.daily_summary set orders = 0", "delete from marts.state_heatmap")
    said = marts.run("summary").output
    assert said.startswith("\nDaily summary of client 713")
    assert "Orders" not in said
    assert "states" not in said


@pytest.mark.parametrize("mart", ["daily_summary", "state_heatmap"])
def test_marts_that_are_not_built_yet_are_named(marts: Project, mart: str) -> None:
    marts.execute(f"drop table marts.{mart}")
    result = marts.run("summary")
    assert result.exit_code == 1
    assert f"has no marts.{mart} yet; run `signalroom build`" in result.output
