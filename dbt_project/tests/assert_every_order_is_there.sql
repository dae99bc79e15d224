-- An order may not be lost between the files and the marts, nor made of deleted rows: every
-- row that the ledger counts is read, and every row that is read is an event of one order.
with ledger as (
    select
        client_id,
        sum(rows_written) as file_rows
    from {{ ref('stg_ops__loaded_files') }}
    where raw_table in ('orders_create', 'orders_update')
    group by client_id
),

read_rows as (
    select
        client_id,
        count(*) as file_rows,
        count(distinct orders_id) as orders
    from {{ ref('int_order_events__stored') }}
    group by client_id
),

reported as (
    select
        client_id,
        sum(order_events) as file_rows,
        count(*) as orders
    from {{ ref('fct_orders') }}
    group by client_id
)

select
    client_id,
    ledger.file_rows as ledger_rows,
    read_rows.file_rows as read_rows,
    reported.file_rows as reported_rows,
    read_rows.orders as read_orders,
    reported.orders as reported_orders
from ledger
full outer join read_rows using (client_id)
full outer join reported using (client_id)
where
    coalesce(ledger.file_rows, 0) <> coalesce(read_rows.file_rows, 0)
    or coalesce(read_rows.file_rows, 0) <> coalesce(reported.file_rows, 0)
    or coalesce(read_rows.orders, 0) <> coalesce(reported.orders, 0)
