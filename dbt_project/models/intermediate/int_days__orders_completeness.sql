-- A day's orders are all there when both kinds of file were written after the day was over, and all
-- of their rows, and of the day's orders, are understood. It gates order figures only: orders are
-- not conversions, and no CPA waits for them.
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
),

issues as (
    select distinct
        client_id,
        report_date,
        kind
    from {{ ref('data_issues') }}
    where
        source_name = 's3_exports'
        and raw_table in ('orders_create', 'orders_update')
        and holds_back
        and not is_accepted
),

issue_lists as (
    select
        client_id,
        report_date,
        {{ dbt.listagg('kind', "', '", 'order by kind') }} as kinds
    from issues
    group by client_id, report_date
)

select
    days.client_id,
    days.report_date,
    days.has_created_orders,
    days.has_updated_orders,
    days.has_created_orders and days.has_updated_orders and issue_lists.kinds is null
        as orders_complete,
    nullif(
        concat_ws(
            '; ',
            case when not days.has_created_orders then 'orders_create' end,
            case when not days.has_updated_orders then 'orders_update' end,
            issue_lists.kinds
        ), ''
    ) as orders_incomplete_reason
from days
left join issue_lists
    on days.client_id = issue_lists.client_id and days.report_date = issue_lists.report_date
