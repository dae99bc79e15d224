-- Orders by the day on which they were placed: whatever counts them need not scan them all again.
with orders as (
    select * from {{ ref('int_orders__latest') }}
)

select
    client_id,
    order_date as report_date,
    advertiser_id,
    cast(count(case when is_attempted then 1 end) as bigint) as orders,
    cast(count(case when is_approved then 1 end) as bigint) as approved_orders,
    cast(sum(gross_amount) as decimal(18, 4)) as order_revenue
from orders
group by client_id, order_date, advertiser_id
