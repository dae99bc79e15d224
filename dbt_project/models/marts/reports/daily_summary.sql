with advertiser_days as (
    select * from {{ ref('fct_advertiser_daily') }}
),

days as (
    select * from {{ ref('int_days__completeness') }}
),

orders as (
    select * from {{ ref('int_orders__by_day') }}
),

order_days as (
    select * from {{ ref('int_days__orders_completeness') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

clients as (
    select * from {{ ref('clients') }}
),

targets as (
    select * from {{ ref('int_targets__by_advertiser') }}
),

joined as (
    select
        advertiser_days.*,
        advertisers.report_name,
        clients.currency,
        targets.target_basis,
        targets.target_cpa,
        case
            when days.client_id is null then 'not loaded' -- orders alone reach back further
            else days.incomplete_reason
        end as incomplete_reason,
        coalesce(orders.orders, 0) as orders,
        coalesce(orders.approved_orders, 0) as approved_orders,
        coalesce(orders.order_revenue, 0) as order_revenue,
        coalesce(order_days.orders_complete, false) as orders_complete,
        case  -- a day of older orders, or one without any
            when order_days.client_id is null then 'not loaded'
            else order_days.orders_incomplete_reason
        end as orders_incomplete_reason,
        coalesce(days.is_complete, false) as is_complete,
        coalesce(days.is_settled, false) as is_settled
    from advertiser_days
    left join orders
        on
            advertiser_days.client_id = orders.client_id
            and advertiser_days.report_date = orders.report_date
            and advertiser_days.advertiser_id = orders.advertiser_id
    left join days
        on
            advertiser_days.client_id = days.client_id
            and advertiser_days.report_date = days.report_date
    left join order_days
        on
            advertiser_days.client_id = order_days.client_id
            and advertiser_days.report_date = order_days.report_date
    left join advertisers
        on
            advertiser_days.client_id = advertisers.client_id
            and advertiser_days.advertiser_id = advertisers.advertiser_id
    left join clients on advertiser_days.client_id = clients.client_id
    left join targets  -- one an advertiser and month
        on
            advertiser_days.client_id = targets.client_id
            and advertiser_days.advertiser_id = targets.advertiser_id
            and cast({{ dbt.date_trunc('month', 'advertiser_days.report_date') }} as date)
            = targets.report_month
)

select
    -- keys
    client_id,
    report_date,
    advertiser_id,

    -- dimensions
    advertiser_label,
    report_name,
    currency,

    -- the advertiser's day
    clicks,
    conversions,
    internal_conversions,
    external_conversions,
    revenue,
    payout,
    internal_payout,
    external_payout,
    events,
    event_revenue,
    scrubbed_conversions,
    view_through_conversions,
    media_buying_cost,
    spend,
    spend_rows,
    tracker_clicks,
    tracker_conversions,
    uncosted_conversions,
    effective_cost,
    margin,
    network_profit,
    buyer_profit,
    cpa,
    cpa_reason,
    effective_cpa,
    effective_cpa_reason,
    spend_per_conversion,
    epc,
    cvr,

    -- target of the month
    target_basis,
    cast(target_cpa as decimal(18, 4)) as target_cpa,
    cast(
        case target_basis when 'spend' then cpa when 'effective_cost' then effective_cpa end
        - target_cpa
        as decimal(18, 4)
    ) as cpa_distance,

    -- orders: another count of another thing, never added to conversions or divided by them
    cast(orders as bigint) as orders,
    cast(approved_orders as bigint) as approved_orders,
    cast(order_revenue as decimal(18, 4)) as order_revenue,
    {{ safe_divide('order_revenue', 'approved_orders') }} as aov,
    {{ safe_divide('approved_orders', 'orders') }} as approval_rate,
    {{ safe_divide('orders - approved_orders', 'orders') }} as decline_rate,

    -- flags
    is_complete,
    incomplete_reason,
    is_settled,
    orders_complete,
    orders_incomplete_reason
from joined
