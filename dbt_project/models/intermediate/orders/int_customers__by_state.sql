-- What a customer ordered, by advertiser and state, in figures that may be added up. Incremental by
-- customer.
{{ config(pre_hook="{{ forget_touched('customer_hash') }}") }}
with ranked as (
    select
        client_id,
        customer_hash,
        advertiser_id,
        state_code,
        order_date,
        is_attempted,
        is_approved,
        gross_amount,
        gross_amount - refunded_amount - chargeback_amount as net_amount,
        row_number() over (
            partition by client_id, customer_hash
            order by order_date desc, {{ byte_order('orders_id') }} desc
        ) as order_rank
    from {{ ref('int_orders__latest') }}
    where
        customer_hash is not null
        and {{ only_touched('customer_hash') }}
)

select  -- noqa: ST06
    client_id,
    customer_hash,
    advertiser_id,
    state_code,
    min(order_rank) = 1 as has_newest_order,
    min(case when is_attempted then order_date end) as first_order_date,
    count(*) as all_orders,
    count(case when is_attempted then 1 end) as orders,
    count(case when is_approved then 1 end) as approved_orders,
    cast(sum(gross_amount) as decimal(18, 4)) as revenue,
    cast(sum(net_amount) as decimal(18, 4)) as net_revenue
from ranked
group by client_id, customer_hash, advertiser_id, state_code
