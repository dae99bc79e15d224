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
    cast(null as text) as effective_cpa_reason, 'no conversions' as cpa_reason,
    reason is null as is_complete, reason as incomplete_reason,
    orders, approved as approved_orders, cast(approved * 95 as decimal(18, 4)) as order_revenue,
    cast(case when approved > 0 then 95 end as decimal(18, 4)) as aov,
    cast(case when orders > 0 then approved / cast(orders as decimal(18, 4)) end as decimal(18, 4))
        as approval_rate,
    orders_complete, case when not orders_complete then 'amount not read' end
        as orders_incomplete_reason
from (
    values
    ('2025-11-30', 1, 'CCW', 0, 'not loaded', 9, 8, false),
    ('2025-12-01', 1, 'CCW', 300, cast(null as text), 8, 6, true),
    ('2025-12-01', 2, 'EXP', 0, null, 0, 0, true),
    ('2025-12-02', 1, 'CCW', 200, null, 4, 1, true),
    ('2025-12-02', 2, 'EXP', 0, 'redtrack', 1, 0, true),
    ('2025-12-03', -1, 'Unmapped', 0, 'not loaded', 2, 2, false)
) as made (
    report_date, advertiser_id, advertiser_label, conversions, reason, orders, approved,
    orders_complete
)
"""
HEATMAP = """
create table marts.state_heatmap as
select
    '713' as client_id, window_name, state_code, 1 as advertiser_id, 'CCW' as advertiser_label,
    10 as orders, 4 as first_orders, cast(0.2 as decimal(18, 4)) as decline_rate,
    cast(revenue as decimal(18, 4)) as revenue, cast(95 as decimal(18, 4)) as aov,
    3 as core_orders, cast(285 as decimal(18, 4)) as core_revenue,
    cast('2025-11-26' as date) as window_start_date, cast('2025-12-02' as date) as window_end_date,
    false as orders_complete
from (
    values ('7_days', 'TX', 760), ('7_days', 'CA', 950), ('all', 'NY', 9500)
) as made (window_name, state_code, revenue)
"""
FUNNEL = """
create table marts.fct_funnel_daily as
select
    '713' as client_id, cast(report_date as date) as report_date,
    cast(step_number as bigint) as step_number, event_name, cast(persons as bigint) as persons,
    is_complete
from (
    values
    ('2025-12-01', 1, 'landing', 999, true), ('2025-12-01', 2, 'checkout', 999, true),
    ('2025-12-02', 1, 'landing', 300, true), ('2025-12-02', 2, 'checkout', 0, true),
    ('2025-12-08', 1, 'landing', 100, true), ('2025-12-08', 2, 'checkout', 50, true),
    ('2025-12-09', 1, 'landing', 7, false), ('2025-12-09', 2, 'checkout', 7, false)
) as made (report_date, step_number, event_name, persons, is_complete)
"""
EMAIL = """
create table marts.fct_email_daily as
select
    '713' as client_id, cast(report_date as date) as report_date, email_id, email_name,
    cast(sent as bigint) as sent, cast(opened as bigint) as read,
    cast(clicked as bigint) as clicked, cast(0 as bigint) as bounced,
    cast(1 as bigint) as unsubscribed, false as is_complete
from (
    values
    ('2025-12-01', '5', 'Welcome to all who are new', 900, 900, 900),
    ('2025-12-02', '5', 'Welcome to all who are new', 100, 10, 0),
    ('2025-12-08', '5', 'Welcome to all who are new', 0, 40, 20),
    ('2025-12-08', '11', 'Late', 0, 1, 0)
) as made (report_date, email_id, email_name, sent, opened, clicked)
"""
PACE = """
create table marts.budget_pace as
select
    '713' as client_id, cast(report_month as date) as report_month, advertiser_id,
    advertiser_label, match_status,
    case when match_status = 'no_target' then 0 else 1 end as target_rows,
    basis as target_basis, cast(budget as decimal(18, 4)) as budget,
    cast(budget / 2 as decimal(18, 4)) as cost_to_date,
    cast(budget / budget * 0.5 as decimal(18, 4)) as budget_used_rate,
    cast(budget / budget * 1.5 as decimal(18, 4)) as pace,
    cast(budget / 40 as decimal(18, 4)) as remaining_per_day,
    cast(budget / budget * 20 as decimal(18, 4)) as cpa_to_date,
    cast(budget / budget * -3.5 as decimal(18, 4)) as cpa_distance,
    cast(uncosted as bigint) as uncosted_conversions,
    cast(complete_days as bigint) as complete_days, cast(30 as bigint) as days_in_month,
    cast(complete_days / 30.0 as decimal(18, 4)) as month_elapsed_rate
from (
    values
    ('2025-10-01', 1, 'CCW', 'matched', 'spend', 9000, 30, 5),
    ('2025-11-01', -2, 'XY', 'unknown_advertiser', 'spend', null, 10, null),
    ('2025-11-01', -1, 'Unmapped', 'no_target', null, null, 10, 0),
    ('2025-11-01', 1, 'CCW', 'matched', 'spend', 3000, 10, 1200),
    ('2025-12-01', 1, 'CCW', 'matched', 'spend', 9000, 0, null)
) as made (
    report_month, advertiser_id, advertiser_label, match_status, basis, budget, complete_days,
    uncosted
)
"""


@pytest.fixture
def marts(project: Project) -> Project:
    project.execute("create schema marts", SUMMARY, HEATMAP, FUNNEL, EMAIL, PACE)
    return project


def shown(project: Project, *arguments: str) -> dict[str, list[str]]:
    """By the first word of its title, the lines of each table below its header."""
    result = project.run("summary", *arguments)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    tables = "\n".join(lines).strip().split("\n\n")
    return {table.split()[0]: table.splitlines()[2:] for table in tables}


def said(project: Project) -> str:
    """All that is printed, in one line: long titles are broken."""
    return " ".join(project.run("summary").output.split())


@on_both_targets
def test_days_that_only_orders_reach_back_to_are_not_in_the_daily_summary(marts: Project) -> None:
    assert shown(marts)["Daily"] == [
        "2025-12-01 1 CCW 300 12,000.00 0.00 0.00 – – yes –",
        "2025-12-02 1 CCW 200 8,000.00 0.00 0.00 – – yes –",
        "2025-12-02 2 EXP 0 0.00 0.00 0.00 – – no redtrack",
        "sum 1 CCW 500 20,000.00 0.00 0.00 – – yes –",
        "sum 2 EXP 0 0.00 0.00 0.00 – – no –",
    ]


def test_days_whose_cpa_is_missing_say_why(marts: Project) -> None:
    reason = "conversions below zero"
    marts.execute(
        f"update marts.daily_summary set effective_cpa_reason = '{reason}' where conversions = 200"
    )
    assert shown(marts)["Daily"][-1] == f"CCW: no effective CPA on 2025-12-02: {reason}"


@on_both_targets
def test_orders_are_shown_by_day_and_added_up(marts: Project) -> None:
    assert shown(marts, "--days", "3")["Orders"] == [
        "2025-12-01 1 CCW 8 6 75.0% 570.00 95.00 yes –",
        "2025-12-02 1 CCW 4 1 25.0% 95.00 95.00 yes –",
        "2025-12-02 2 EXP 1 0 0.0% 0.00 – yes –",
        "2025-12-03 -1 Unmapped 2 2 100.0% 190.00 95.00 no amount not read",
        "sum 1 CCW 12 7 – 665.00 – yes –",
        "sum 2 EXP 1 0 – 0.00 – yes –",
        "sum -1 Unmapped 2 2 – 190.00 – no –",
    ]


def test_the_states_with_most_revenue_come_first(marts: Project) -> None:
    assert shown(marts)["Top"] == [
        "CA 1 CCW 10 4 20.0% 950.00 95.00 3 285.00",
        "TX 1 CCW 10 4 20.0% 760.00 95.00 3 285.00",
    ]
    lacking = "revenue, 2025-11-26..2025-12-02, some orders are not loaded yet state"
    assert lacking in said(marts)


def test_a_client_without_order_files_has_no_tables_of_orders(marts: Project) -> None:
    marts.execute("update marts.daily_summary set orders = 0", "delete from marts.state_heatmap")
    output = marts.run("summary").output
    assert output.startswith("\nDaily summary of client 713")
    assert "Orders" not in output
    assert "states" not in output


@on_both_targets
def test_the_funnel_is_a_ratio_of_sums_up_to_the_newest_complete_day(marts: Project) -> None:
    header = "step event entries (persons x days) of all entries of the step before"
    assert f"Funnel of client 713, 2025-12-02..2025-12-08 {header}" in said(marts)
    assert shown(marts)["Funnel"] == [
        "1 landing 400 100.0% –",
        "2 checkout 50 12.5% 12.5%",
    ]
    assert shown(marts, "--days", "1")["Funnel"] == [
        "1 landing 100 100.0% –",
        "2 checkout 50 50.0% 50.0%",
    ]


@on_both_targets
def test_mail_is_added_up_by_the_day_it_happened(marts: Project) -> None:
    marts.execute("update marts.fct_email_daily set is_complete = true")
    title = "E-mail of client 713, 2025-12-02..2025-12-08, by the day it happened"
    assert f"{title} e-mail sent" in said(marts)
    assert shown(marts)["E-mail"] == [
        "Welcome to all who are new 100 50 50.0% 20 20.0% 0 2",
        "Late 0 1 – 0 – 0 1",
        "sum 100 51 51.0% 20 20.0% 0 3",
    ]


@on_both_targets
@pytest.mark.parametrize("incomplete", ["true", "report_date = '2025-12-02'"])
def test_a_window_with_days_that_are_not_complete_says_so(marts: Project, incomplete: str) -> None:
    marts.execute(
        "delete from marts.fct_funnel_daily where report_date > '2025-12-08'",
        *(
            f"update marts.{mart} set is_complete = not ({incomplete})"
            for mart in ("fct_funnel_daily", "fct_email_daily")
        ),
    )
    lacking = "some days are not complete yet"
    assert f"Funnel of client 713, 2025-12-02..2025-12-08, {lacking} step" in said(marts)
    mail = "E-mail of client 713, 2025-12-02..2025-12-08, by the day it happened"
    assert f"{mail}, {lacking} e-mail" in said(marts)


@on_both_targets
def test_the_pace_is_that_of_the_newest_month_with_a_complete_day(marts: Project) -> None:
    title = "Pace of client 713 in 2025-11: 10 of 30 days are complete, 33.3% of the month;"
    assert title in said(marts)
    assert shown(marts)["Pace"] == [
        "CCW spend 3,000.00 1,500.00 50.0% 1.50 75.00 20.00 -3.50 matched",
        "Unmapped – – – – – – – – no_target",
        "XY spend – – – – – – – unknown_advertiser",
        "CCW: 1,200 conversions of internal affiliates have no known cost",
    ]


def test_a_client_without_pages_mail_and_targets_has_no_tables_of_them(marts: Project) -> None:
    marts.execute(
        "delete from marts.fct_funnel_daily",
        "delete from marts.fct_email_daily",
        "delete from marts.budget_pace where target_rows > 0",
    )
    assert set(shown(marts)) == {"Daily", "Orders", "Top"}


@pytest.mark.parametrize(
    "mart",
    ["daily_summary", "state_heatmap", "budget_pace", "fct_funnel_daily", "fct_email_daily"],
)
def test_marts_that_are_not_built_yet_are_named(marts: Project, mart: str) -> None:
    marts.execute(f"drop table marts.{mart}")
    result = marts.run("summary")
    assert result.exit_code == 1
    assert f"has no marts.{mart} yet; run `signalroom build`" in result.output
