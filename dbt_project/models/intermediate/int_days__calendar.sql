with recursive reads as (
    select * from {{ ref('stg_ops__load_runs') }}
    where verdict in ('ok', 'expected-empty')
),

read_ranges as (
    select
        client_id,
        min(window_start_date) as first_date,
        max(window_end_date) as last_date
    from reads
    group by client_id
),

calendar as (
    select
        client_id,
        first_date as report_date,
        last_date
    from read_ranges
    union all
    select
        client_id,
        cast({{ dbt.dateadd('day', 1, 'report_date') }} as date) as report_date,
        last_date
    from calendar
    where report_date < last_date
)

select
    client_id,
    report_date
from calendar
