with state_days as (
    select * from {{ ref('int_orders__by_state') }}
),

days as (
    select * from {{ ref('int_days__orders_completeness') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
)

select
    -- keys
    state_days.client_id,
    cast(state_days.order_date as date) as order_date,
    state_days.advertiser_id,
    state_days.state_code,

    -- dimensions
    advertisers.advertiser_label,
    state_days.state_name,
    state_days.state_kind,

    -- measures
    state_days.orders,
    state_days.approved_orders,
    state_days.declined_orders,
    state_days.first_orders,
    state_days.order_revenue as revenue,

    -- flags
    coalesce(days.orders_complete, false) as orders_complete
from state_days
left join days
    on
        state_days.client_id = days.client_id
        and state_days.order_date = days.report_date
left join advertisers
    on
        state_days.client_id = advertisers.client_id
        and state_days.advertiser_id = advertisers.advertiser_id
