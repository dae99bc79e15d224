with affiliate_days as (
    select * from {{ ref('fct_affiliate_daily') }}
),

days as (
    select * from {{ ref('int_days__completeness') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
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

summed as (
    select
        client_id,
        report_date,
        advertiser_id,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(case when is_internal then conversions else 0 end) as internal_conversions,
        sum(revenue) as revenue,
        sum(payout) as payout,
        sum(case when is_internal then payout else 0 end) as internal_payout,
        sum(events) as events,
        sum(event_revenue) as event_revenue,
        sum(scrubbed_conversions) as scrubbed_conversions,
        sum(view_through_conversions) as view_through_conversions,
        sum(media_buying_cost) as media_buying_cost,
        sum(spend) as spend,
        sum(spend_rows) as spend_rows,
        sum(tracker_clicks) as tracker_clicks,
        sum(tracker_conversions) as tracker_conversions,
        sum(uncosted_conversions) as uncosted_conversions,
        sum(effective_cost) as effective_cost,
        sum(margin) as margin
    from affiliate_days
    group by client_id, report_date, advertiser_id
),

summed_orders as (
    select
        client_id,
        order_date as report_date,
        advertiser_id,
        count(case when is_attempted then 1 end) as orders,
        count(case when is_approved then 1 end) as approved_orders,
        sum(gross_amount) as order_revenue
    from orders
    group by client_id, order_date, advertiser_id
),

summary_keys as (  -- a configured advertiser has a row also on a day without any
    select
        days.client_id,
        days.report_date,
        advertisers.advertiser_id
    from days
    inner join advertisers on days.client_id = advertisers.client_id
    where advertisers.is_configured
    union distinct
    select
        client_id,
        report_date,
        advertiser_id
    from summed
    union distinct
    select
        client_id,
        report_date,
        advertiser_id
    from summed_orders
),

filled as (
    select
        summary_keys.client_id,
        summary_keys.report_date,
        summary_keys.advertiser_id,
        advertisers.advertiser_label,
        advertisers.report_name,
        clients.currency,
        targets.target_basis,
        targets.target_cpa,
        case
            when days.client_id is null then 'not loaded' -- orders alone reach back further
            else days.incomplete_reason
        end as incomplete_reason,
        coalesce(summed.clicks, 0) as clicks,
        coalesce(summed.conversions, 0) as conversions,
        coalesce(summed.internal_conversions, 0) as internal_conversions,
        coalesce(summed.revenue, 0) as revenue,
        coalesce(summed.payout, 0) as payout,
        coalesce(summed.internal_payout, 0) as internal_payout,
        coalesce(summed.events, 0) as events,
        coalesce(summed.event_revenue, 0) as event_revenue,
        coalesce(summed.scrubbed_conversions, 0) as scrubbed_conversions,
        coalesce(summed.view_through_conversions, 0) as view_through_conversions,
        coalesce(summed.media_buying_cost, 0) as media_buying_cost,
        coalesce(summed.spend, 0) as spend,
        coalesce(summed.spend_rows, 0) as spend_rows,
        coalesce(summed.tracker_clicks, 0) as tracker_clicks,
        coalesce(summed.tracker_conversions, 0) as tracker_conversions,
        coalesce(summed.uncosted_conversions, 0) as uncosted_conversions,
        coalesce(summed.effective_cost, 0) as effective_cost,
        coalesce(summed.margin, 0) as margin,
        coalesce(summed_orders.orders, 0) as orders,
        coalesce(summed_orders.approved_orders, 0) as approved_orders,
        coalesce(summed_orders.order_revenue, 0) as order_revenue,
        coalesce(order_days.orders_complete, false) as orders_complete,
        coalesce(days.is_complete, false) as is_complete,
        coalesce(days.is_settled, false) as is_settled
    from summary_keys
    left join summed
        on
            summary_keys.client_id = summed.client_id
            and summary_keys.report_date = summed.report_date
            and summary_keys.advertiser_id = summed.advertiser_id
    left join summed_orders
        on
            summary_keys.client_id = summed_orders.client_id
            and summary_keys.report_date = summed_orders.report_date
            and summary_keys.advertiser_id = summed_orders.advertiser_id
    left join days
        on
            summary_keys.client_id = days.client_id
            and summary_keys.report_date = days.report_date
    left join order_days
        on
            summary_keys.client_id = order_days.client_id
            and summary_keys.report_date = order_days.report_date
    left join advertisers
        on
            summary_keys.client_id = advertisers.client_id
            and summary_keys.advertiser_id = advertisers.advertiser_id
    left join clients on summary_keys.client_id = clients.client_id
    left join targets  -- one an advertiser and month
        on
            summary_keys.client_id = targets.client_id
            and summary_keys.advertiser_id = targets.advertiser_id
            and cast({{ dbt.date_trunc('month', 'summary_keys.report_date') }} as date)
            = targets.report_month
),

priced as (
    select
        *,
        {{ costed_cpa('spend', 'internal_conversions', 'internal_conversions', 'spend_rows') }}
            as cpa,
        {{ costed_cpa('effective_cost', 'conversions', 'internal_conversions', 'spend_rows') }}
            as effective_cpa
    from filled
)

select
    -- keys
    cast(client_id as {{ dbt.type_string() }}) as client_id,
    cast(report_date as date) as report_date,
    cast(advertiser_id as {{ dbt.type_string() }}) as advertiser_id,

    -- dimensions
    cast(advertiser_label as {{ dbt.type_string() }}) as advertiser_label,
    cast(report_name as {{ dbt.type_string() }}) as report_name,
    cast(currency as {{ dbt.type_string() }}) as currency,

    -- network
    cast(clicks as bigint) as clicks,
    cast(conversions as bigint) as conversions,
    cast(internal_conversions as bigint) as internal_conversions,
    cast(conversions - internal_conversions as bigint) as external_conversions,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(payout as decimal(18, 4)) as payout,
    cast(internal_payout as decimal(18, 4)) as internal_payout,
    cast(payout - internal_payout as decimal(18, 4)) as external_payout,
    cast(events as bigint) as events,
    cast(event_revenue as decimal(18, 4)) as event_revenue,
    cast(scrubbed_conversions as bigint) as scrubbed_conversions,
    cast(view_through_conversions as bigint) as view_through_conversions,
    cast(media_buying_cost as decimal(18, 4)) as media_buying_cost,

    -- tracker
    cast(spend as decimal(18, 4)) as spend,
    cast(spend_rows as bigint) as spend_rows,
    cast(tracker_clicks as bigint) as tracker_clicks,
    cast(tracker_conversions as bigint) as tracker_conversions,

    -- merge
    cast(uncosted_conversions as bigint) as uncosted_conversions,
    cast(effective_cost as decimal(18, 4)) as effective_cost,
    cast(margin as decimal(18, 4)) as margin,
    cast(revenue - payout as decimal(18, 4)) as network_profit,
    cast(internal_payout - spend as decimal(18, 4)) as buyer_profit,
    cpa,
    effective_cpa,
    {{ costed_cpa('spend', 'conversions', 'internal_conversions', 'spend_rows') }}
        as spend_per_conversion,
    {{ safe_divide('revenue', 'clicks') }} as epc,
    {{ safe_divide('conversions', 'clicks') }} as cvr,

    -- target of the month
    cast(target_basis as {{ dbt.type_string() }}) as target_basis,
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
    cast(is_complete as boolean) as is_complete,
    cast(incomplete_reason as {{ dbt.type_string() }}) as incomplete_reason,
    cast(is_settled as boolean) as is_settled,
    cast(orders_complete as boolean) as orders_complete
from priced
