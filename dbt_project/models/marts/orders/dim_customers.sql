-- On DuckDB incremental by customer, in its place; on Postgres publish.sql exchanges touched
-- customers.
{{ config(pre_hook="{{ forget_touched('customer_hash') }}") }}
with customers as (
    select * from {{ ref('int_customers__by_state') }}
    where {{ only_touched('customer_hash') }}
)

select  -- noqa: ST06
    -- keys
    client_id,
    customer_hash,

    -- dimensions
    max(case when has_newest_order then state_code end) as state_code,
    cast(min(first_order_date) as date) as first_order_date,

    -- measures
    cast(sum(orders) as bigint) as orders,
    cast(sum(approved_orders) as bigint) as approved_orders,
    cast(sum(revenue) as decimal(18, 4)) as revenue,
    cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
from customers
group by client_id, customer_hash
