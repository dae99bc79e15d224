-- Orders by the day on which they were placed.
select
    client_id,
    order_date as report_date,
    advertiser_id,
    cast(sum(orders) as bigint) as orders,
    cast(sum(approved_orders) as bigint) as approved_orders,
    cast(sum(order_revenue) as decimal(18, 4)) as order_revenue
from {{ ref('int_orders__summed') }}
group by client_id, order_date, advertiser_id
