with calendar as (
    select * from {{ ref('int_days__calendar') }}
),

everflow as (
    select * from {{ ref('stg_everflow__daily_stats') }}
),

redtrack as (
    select * from {{ ref('stg_redtrack__daily_spend') }}
),

whole_reads as (  -- a read of one advertiser does not load a day
    select * from {{ ref('stg_ops__load_runs') }}
    where
        verdict in ('ok', 'expected-empty')
        and advertiser_id is null
        and source_name in ('everflow', 'redtrack')
),

loaded_ranges as (
    select
        client_id,
        min(window_start_date) as first_date,
        max(window_end_date) as last_date
    from whole_reads
    group by client_id
),

days as (
    select
        calendar.client_id,
        calendar.report_date
    from calendar
    inner join loaded_ranges
        on
            calendar.client_id = loaded_ranges.client_id
            and calendar.report_date between loaded_ranges.first_date and loaded_ranges.last_date
    union distinct
    select
        client_id,
        report_date
    from everflow
    union distinct
    select
        client_id,
        report_date
    from redtrack
)

select * from days
