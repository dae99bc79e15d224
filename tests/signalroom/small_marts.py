"""Small marts by hand: what `summary` and its neighbours show is decided by these rows."""

RUN = (
    "insert into ops.load_runs (run_id, source, client_id, table_name, verdict, started_at, "
    "window_start, window_end, rows_rejected) values ('1', 'everflow', '713', 'daily_stats', 'ok', "
    "'2025-12-10 07:00:00+00', '2025-12-01', '2025-12-09', 0)"
)
SUMMARY = """
create table marts.daily_summary as
select
    '713' as client_id, cast(report_date as date) as report_date, advertiser_id, advertiser_label,
    conversions, cast(conversions / 2 as bigint) as internal_conversions,
    cast(conversions * 40 as decimal(18, 4)) as revenue,
    cast(0 as decimal(18, 4)) as payout, cast(cost as decimal(18, 4)) as spend,
    cast(cost as decimal(18, 4)) as effective_cost,
    cast(cost / nullif(conversions, 0) as decimal(18, 4)) as effective_cpa,
    cast(cost * 2 / nullif(conversions, 0) as decimal(18, 4)) as cpa,
    case when conversions = 0 then 'no conversions' end as effective_cpa_reason,
    case when conversions = 0 then 'no conversions' end as cpa_reason,
    reason is null as is_complete, reason as incomplete_reason,
    orders, approved as approved_orders, cast(approved * 95 as decimal(18, 4)) as order_revenue,
    cast(case when approved > 0 then 95 end as decimal(18, 4)) as aov,
    cast(case when orders > 0 then approved / cast(orders as decimal(18, 4)) end as decimal(18, 4))
        as approval_rate,
    orders_complete, case when not orders_complete then 'amount not read' end
        as orders_incomplete_reason
from (
    values
    ('2025-11-30', 1, 'CCW', 0, 0, 'not loaded', 9, 8, false),
    ('2025-12-01', 1, 'CCW', 300, 3000, cast(null as text), 8, 6, true),
    ('2025-12-01', 2, 'EXP', 2, 100, null, 0, 0, true),
    ('2025-12-07', 1, 'CCW', 200, 6000, null, 4, 1, true),
    ('2025-12-07', 2, 'EXP', 0, 0, null, 1, 0, true),
    ('2025-12-08', 1, 'CCW', 0, 50, null, 0, 0, true),
    ('2025-12-08', 2, 'EXP', 0, 0, null, 0, 0, true),
    ('2025-12-09', -1, 'Unmapped', 0, 0, 'redtrack', 2, 2, false)
) as made (
    report_date, advertiser_id, advertiser_label, conversions, cost, reason, orders, approved,
    orders_complete
)
"""
SOURCES = """
create table marts.fct_source_daily as
select
    '713' as client_id, cast('2025-12-07' as date) as report_date, redtrack_source_id,
    redtrack_source, is_mapped, cast(spend as decimal(18, 4)) as spend
from (
    values ('aa', 'Meta', true, 40), ('bb', 'TikTok [/b]', false, 30.91), ('cc', 'x', false, 0)
) as made (redtrack_source_id, redtrack_source, is_mapped, spend)
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
    cast(sent as bigint) as sent, cast(opened as bigint) as read_of_sent,
    cast(clicked as bigint) as clicked_of_sent, cast(0 as bigint) as bounced,
    cast(unsubscribed as bigint) as unsubscribed, false as is_complete
from (
    values
    ('2025-12-01', '5', 'Welcome to all who are new', 900, 900, 900, 1),
    ('2025-12-02', '5', 'Welcome to all who are new', 100, 60, 20, 1),
    ('2025-12-08', '5', 'Welcome to all who are new', 0, 0, 0, 0),
    ('2025-12-08', '11', 'Late', 0, 0, 0, 1),
    ('2025-12-08', '12', 'Only read that day', 0, 0, 0, 0)
) as made (report_date, email_id, email_name, sent, opened, clicked, unsubscribed)
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

CHANGES = "create table marts.cpa_change_by_affiliate (client_id text)"
MARTS = ("create schema marts", RUN, SUMMARY, SOURCES, HEATMAP, FUNNEL, EMAIL, PACE, CHANGES)
ISSUES = """
create table ops.data_issues as
select
    '713' as client_id, 's3_exports' as source_name, raw_table, origin,
    cast(report_date as date) as report_date, kind, word, cast(rows_found as bigint) as rows_found,
    '' as example, holds_back, false as is_accepted,
    case word when '' then origin || ' v1' else '' end as file_version
from (
    values
    ('orders_create', 'a.csv', '2025-12-01', 'unknown status', 'FAILED', 2, true),
    ('orders_create', 'b.csv', '2025-12-02', 'unknown status', 'FAILED', 3, true),
    ('orders_create', 'b.csv', '2025-12-02', 'unknown status', 'ODD', 1, true),
    ('orders_update', 'c.csv', '2025-12-02', 'amount not read', '', 1, true),
    ('orders_update', 'd.csv', '2025-12-03', 'blank rows', '', 4, false)
) as made (raw_table, origin, report_date, kind, word, rows_found, holds_back)
"""
