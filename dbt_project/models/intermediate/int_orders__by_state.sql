-- Orders by the day on which they were placed and by where the buyer lives, in figures that may be
-- added up: what maps them need not scan them all again.
with orders as (
    select * from {{ ref('fct_orders') }}
),

states as (
    select * from {{ ref('us_states') }}
),

summed as (
    select
        client_id,
        order_date,
        advertiser_id,
        state_code,
        count(case when is_attempted then 1 end) as orders,
        count(case when is_approved then 1 end) as approved_orders,
        count(case when is_declined then 1 end) as declined_orders,
        count(case when is_refunded then 1 end) as refunded_orders,
        case
            when count(is_first_order) > 0
                then count(case when is_first_order and is_approved then 1 end)
        end as first_orders,
        sum(gross_amount) as order_revenue,
        count(case when is_core_order then 1 end) as core_orders,
        sum(core_amount) as core_revenue,
        max(last_file_date) as last_file_date
    from orders
    group by client_id, order_date, advertiser_id, state_code
)

select
    summed.client_id,
    summed.order_date,
    summed.advertiser_id,
    summed.state_code,
    summed.last_file_date,
    cast(summed.orders as bigint) as orders,
    cast(summed.approved_orders as bigint) as approved_orders,
    cast(summed.declined_orders as bigint) as declined_orders,
    cast(summed.refunded_orders as bigint) as refunded_orders,
    cast(summed.first_orders as bigint) as first_orders,
    cast(summed.order_revenue as decimal(18, 4)) as order_revenue,
    cast(summed.core_orders as bigint) as core_orders,
    cast(summed.core_revenue as decimal(18, 4)) as core_revenue,
    coalesce(states.state_name, summed.state_code) as state_name,
    coalesce(
        states.state_kind, case when summed.state_code = 'Abroad' then 'abroad' else 'unknown' end
    ) as state_kind
from summed
left join states on summed.state_code = states.state_code
