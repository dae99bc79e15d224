-- A customer's money is the money of its orders; orders without a known customer are in none.
-- depends_on: {{ ref('int_orders__touched') }}
with customers as (
    select
        client_id,
        sum(orders) as orders,
        sum(revenue) as revenue,
        sum(net_revenue) as net_revenue
    from {{ ref('dim_customers') }}
    group by client_id
),

orders as (
    select
        client_id,
        sum(orders) as orders,
        sum(revenue) as revenue,
        sum(net_revenue) as net_revenue
    from {{ ref('int_customers__by_state') }}
    {% if publishes_touched('dim_customers') %}
        where {{ is_touched('customer_hash') }}
    {% endif %}
    group by client_id
)

select
    client_id,
    customers.revenue as customer_revenue,
    orders.revenue as order_revenue
from customers
full outer join orders using (client_id)
where
    coalesce(customers.orders, 0) <> coalesce(orders.orders, 0)
    or coalesce(customers.revenue, 0) <> coalesce(orders.revenue, 0)
    or coalesce(customers.net_revenue, 0) <> coalesce(orders.net_revenue, 0)
