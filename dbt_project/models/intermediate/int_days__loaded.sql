with recursive everflow as (
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

calendar as (
    select
        client_id,
        first_date as report_date,
        last_date
    from loaded_ranges
    union all
    select
        client_id,
        cast({{ dbt.dateadd('day', 1, 'report_date') }} as date) as report_date,
        last_date
    from calendar
    where report_date < last_date
),

days as (
    select
        client_id,
        report_date
    from calendar
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
