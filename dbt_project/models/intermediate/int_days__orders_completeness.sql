-- A day's orders are all there when both kinds of file were written after the day was over. It
-- gates order figures only: orders are not conversions, and no CPA waits for them.
with files as (
    select * from {{ ref('stg_ops__loaded_files') }}
    where raw_table in ('orders_create', 'orders_update')
),

days as (
    select
        client_id,
        file_date as report_date,
        coalesce(bool_or(covers_day and raw_table = 'orders_create'), false) as has_created_orders,
        coalesce(bool_or(covers_day and raw_table = 'orders_update'), false) as has_updated_orders
    from files
    where file_date is not null
    group by client_id, file_date
)

select
    client_id,
    report_date,
    has_created_orders,
    has_updated_orders,
    has_created_orders and has_updated_orders as orders_complete
from days
