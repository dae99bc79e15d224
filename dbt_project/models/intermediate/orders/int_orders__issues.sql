-- What the files say of an order that is not understood. Incremental by order.
{{ config(pre_hook="{{ forget_touched('orders_id') }}") }}
{% set kinds = [
    'no order id', 'blank status', 'unknown status', 'blank amount', 'amount not read',
    'negative amount', 'refund amount not read', 'rebill depth not read', 'order date not read',
    'unknown refund flag', 'unknown chargeback flag', 'unknown test flag', 'unknown recurring flag',
    'unknown country', 'other currency', 'partial update', 'odd order id', 'order date after its file',
    'refund above the amount',
] %}
with events as (
    select * from {{ ref('int_order_events__filled') }}
),

orders as (
    select * from {{ ref('int_orders__latest') }}
),

odd_events as (
    select * from events
    where issues is not null
),

odd_orders as (
    select distinct
        client_id,
        orders_id
    from odd_events
    where lacks_cells
),

told_orders as (  -- another event says what such an update leaves blank
    select distinct
        events.client_id,
        events.orders_id
    from events
    inner join odd_orders
        on events.client_id = odd_orders.client_id and events.orders_id = odd_orders.orders_id
    where not events.lacks_cells
),

listed as (
    select
        odd_events.client_id,
        odd_events.raw_table,
        odd_events.file_name,
        odd_events.orders_id,
        odd_events.file_date,
        '|' || case
            when not odd_events.lacks_cells or told_orders.client_id is null then odd_events.issues
            else replace(
                replace(
                    replace(odd_events.issues, 'blank status=', ''), 'blank amount=', ''
                ), 'blank cells=', 'partial update='
            )
        end as issues
    from odd_events
    left join told_orders
        on
            odd_events.client_id = told_orders.client_id
            and odd_events.orders_id = told_orders.orders_id
),

found as (
    {% for kind in kinds %}
        select
            client_id,
            raw_table,
            file_name,
            orders_id,
            file_date,
            '{{ kind }}' as kind,
            split_part(split_part(issues, '|{{ kind }}=', 2), '|', 1) as word
        from listed
        where position('|{{ kind }}=' in issues) > 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
    union all
    select
        client_id,
        raw_table,
        file_name,
        orders_id,
        file_date,
        'order twice in a file' as kind,
        '' as word
    from events
    where raw_table = 'orders_create'
    group by client_id, raw_table, file_name, orders_id, file_date
    having count(*) > 1 and min(total_amount) <> max(total_amount)
)

select
    found.*,
    case when found.file_date = orders.last_file_date then orders.order_date end as order_date
from found
left join orders
    on found.client_id = orders.client_id and found.orders_id = orders.orders_id
