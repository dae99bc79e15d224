with ranked as (
    select
        client_id,
        customer_hash,
        order_date,
        state_code,
        is_attempted,
        is_approved,
        gross_amount,
        net_amount,
        row_number() over (
            partition by client_id, customer_hash
            order by order_date desc, {{ byte_order('orders_id') }} desc
        ) as order_rank
    from {{ ref('fct_orders') }}
    where customer_hash is not null
),

summed as (
    select
        client_id,
        customer_hash,
        min(case when is_attempted then order_date end) as first_order_date,
        count(case when is_attempted then 1 end) as orders,
        count(case when is_approved then 1 end) as approved_orders,
        sum(gross_amount) as revenue,
        sum(net_amount) as net_revenue,
        max(case when order_rank = 1 then state_code end) as state_code
    from ranked
    group by client_id, customer_hash
)

select
    -- keys
    client_id,
    customer_hash,

    -- dimensions
    state_code,
    cast(first_order_date as date) as first_order_date,

    -- measures
    cast(orders as bigint) as orders,
    cast(approved_orders as bigint) as approved_orders,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(net_revenue as decimal(18, 4)) as net_revenue
from summed
