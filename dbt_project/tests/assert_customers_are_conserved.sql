-- A customer's money is the money of its orders; orders without a known customer are in none.
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
        count(case when is_attempted then 1 end) as orders,
        sum(gross_amount) as revenue,
        sum(net_amount) as net_revenue
    from {{ ref('fct_orders') }}
    where customer_hash is not null
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
