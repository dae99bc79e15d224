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

rejected_rows as (
    select distinct
        run_id,
        source_name,
        client_id,
        raw_table,
        report_date,
        window_start_date,
        window_end_date
    from {{ ref('stg_ops__rejected_rows') }}
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

placed as (  -- beside the newest of other settings, the newest whole one, and the newest like it
    select
        *,
        max(case when not is_ours then started_at end) over of_the_day as newest_other_at,
        max(case when advertiser_id is null then started_at end) over of_the_day as newest_whole_at,
        max(started_at) over (
            partition by client_id, report_date, source_name, raw_table, advertiser_id
        ) as newest_alike_at
    from read_days
    window of_the_day as (partition by client_id, report_date, source_name, raw_table)
),

spoiled as (  -- rows of a day's newest read were rejected, so the day lacks them
    select distinct
        placed.client_id,
        placed.report_date,
        placed.source_name,
        placed.raw_table
    from placed
    inner join rejected_rows
        on
            placed.run_id = rejected_rows.run_id
            and placed.source_name = rejected_rows.source_name
            and placed.client_id = rejected_rows.client_id
            and placed.raw_table = rejected_rows.raw_table
            and (
                placed.report_date = rejected_rows.report_date
                or (
                    rejected_rows.report_date is null
                    and placed.report_date
                    between rejected_rows.window_start_date and rejected_rows.window_end_date
                )
            )
    where
        not coalesce(placed.newest_whole_at > placed.started_at, false)
        -- a later read of one advertiser mends only that advertiser's rows
        and not coalesce(
            placed.advertiser_id is not null and placed.newest_alike_at > placed.started_at, false
        )
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
        table_days.client_id,
        table_days.report_date,
        table_days.source_name,
        bool_and(table_days.is_closed) as are_closed,
        bool_and(table_days.is_settled) as are_settled,
        bool_or(spoiled.client_id is not null) as has_rejected_rows,
        count(*) = max(table_days.tables_of_source) as has_all_tables
    from table_days
    left join spoiled
        on
            table_days.client_id = spoiled.client_id
            and table_days.report_date = spoiled.report_date
            and table_days.source_name = spoiled.source_name
            and table_days.raw_table = spoiled.raw_table
    group by table_days.client_id, table_days.report_date, table_days.source_name
)

select
    client_id,
    report_date,
    source_name,
    has_rejected_rows,
    has_all_tables and are_closed as is_closed,
    has_all_tables and are_settled as is_settled,
    has_all_tables and are_closed and not has_rejected_rows as is_complete
from source_days
