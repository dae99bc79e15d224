-- The one place that decides whether a source's day was read whole. Every read meets the days it
-- covers once, and windows over those find the newest: no read is compared with all others.
with daily_tables as (  -- what each source's daily figures are made of
    select
        source_name,
        raw_table,
        count(*) over (partition by source_name) as tables_of_source
    from {{ ref('stg_ops__complete_tables') }}
),

calendar as (
    select * from {{ ref('int_days__calendar') }}
),

clients as (
    select * from {{ ref('clients') }}
),

reads as (
    select * from {{ ref('stg_ops__load_runs') }}
    where verdict in ('ok', 'expected-empty')
),

issues as (
    select * from {{ ref('data_issues') }}
    where holds_back and not is_accepted
),

kinds_of_issues as (
    select distinct
        issues.client_id,
        issues.report_date,
        issues.source_name,
        issues.kind
    from issues
    inner join daily_tables
        on
            issues.source_name = daily_tables.source_name
            and issues.raw_table = daily_tables.raw_table
),

issue_lists as (
    select
        client_id,
        report_date,
        source_name,
        {{ dbt.listagg('kind', "', '", 'order by kind') }} as kinds
    from kinds_of_issues
    group by client_id, report_date, source_name
),

read_days as (  -- another timezone cuts days elsewhere, another currency is other money
    select
        calendar.client_id,
        calendar.report_date,
        reads.run_id,
        reads.source_name,
        reads.raw_table,
        reads.advertiser_id,
        daily_tables.tables_of_source,
        reads.complete_through_date,
        reads.settled_through_date,
        reads.started_at,
        reads.timezone = clients.timezone and reads.currency = clients.currency as is_ours
    from reads
    inner join daily_tables
        on
            reads.source_name = daily_tables.source_name
            and reads.raw_table = daily_tables.raw_table
    inner join clients on reads.client_id = clients.client_id
    inner join calendar
        on
            reads.client_id = calendar.client_id
            and calendar.report_date between reads.window_start_date and reads.window_end_date
),

placed as (  -- beside the newest read of other settings
    select
        *,
        max(case when not is_ours then started_at end)
            over (partition by client_id, report_date, source_name, raw_table) as newest_other_at
    from read_days
),

table_days as (  -- a read that others in other settings came after proves nothing
    select
        client_id,
        report_date,
        source_name,
        raw_table,
        tables_of_source,
        coalesce(
            bool_or(
                is_ours
                and coalesce(started_at >= newest_other_at, true)
                and report_date <= complete_through_date
            ), false
        ) as is_closed,
        min(
            case
                when
                    is_ours
                    and coalesce(started_at >= newest_other_at, true)
                    and report_date <= complete_through_date
                    then started_at
            end
        ) as closed_at,
        coalesce(
            bool_or(
                is_ours
                and coalesce(started_at >= newest_other_at, true)
                and report_date <= settled_through_date
            ), false
        ) as is_settled
    from placed
    group by client_id, report_date, source_name, raw_table, tables_of_source
),

source_days as (
    select
        client_id,
        report_date,
        source_name,
        bool_and(is_closed) as are_closed,
        max(closed_at) as closed_at,
        bool_and(is_settled) as are_settled,
        count(*) = max(tables_of_source) as has_all_tables
    from table_days
    group by client_id, report_date, source_name
)

select
    source_days.client_id,
    source_days.report_date,
    source_days.source_name,
    issue_lists.kinds as issues,
    source_days.has_all_tables and source_days.are_closed as is_closed,
    source_days.has_all_tables and source_days.are_settled as is_settled,
    case when source_days.has_all_tables and source_days.are_closed then source_days.closed_at end
        as closed_at,
    source_days.has_all_tables and source_days.are_closed and issue_lists.kinds is null
        as is_complete
from source_days
left join issue_lists
    on
        source_days.client_id = issue_lists.client_id
        and source_days.report_date = issue_lists.report_date
        and source_days.source_name = issue_lists.source_name
