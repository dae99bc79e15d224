-- Orders by the day on which they were placed and by where the buyer lives, with what a state is.
with summed as (
    select * from {{ ref('int_orders__summed') }}
),

kinds as (
    select * from {{ ref('int_order_kinds__by_client') }}
),

states as (
    select * from {{ ref('us_states') }}
)

select  -- noqa: ST06
    summed.client_id,
    summed.order_date,
    summed.advertiser_id,
    summed.state_code,
    summed.last_file_date,
    summed.orders,
    summed.approved_orders,
    summed.declined_orders,
    summed.refunded_orders,
    case when kinds.have_order_kinds then summed.first_orders end as first_orders,
    summed.order_revenue,
    summed.core_orders,
    summed.core_revenue,
    coalesce(states.state_name, summed.state_code) as state_name,
    coalesce(
        states.state_kind, case when summed.state_code = 'Abroad' then 'abroad' else 'unknown' end
    ) as state_kind
from summed
left join kinds on summed.client_id = kinds.client_id
left join states on summed.state_code = states.state_code
