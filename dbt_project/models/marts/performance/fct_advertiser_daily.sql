with affiliate_days as (
    select * from {{ ref('fct_affiliate_daily') }}
),

days as (
    select * from {{ ref('int_days__reported') }}
),

order_days as (
    select * from {{ ref('int_orders__by_day') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

advertiser_days as (  -- a configured advertiser has a row also on a day without any
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
    from affiliate_days
    union distinct
    select
        client_id,
        report_date,
        advertiser_id
    from order_days
),

summed as (
    select
        advertiser_days.client_id,
        advertiser_days.report_date,
        advertiser_days.advertiser_id,
        coalesce(sum(affiliate_days.clicks), 0) as clicks,
        coalesce(sum(affiliate_days.conversions), 0) as conversions,
        coalesce(
            sum(case when affiliate_days.is_internal then affiliate_days.conversions end), 0
        ) as internal_conversions,
        coalesce(sum(affiliate_days.revenue), 0) as revenue,
        coalesce(sum(affiliate_days.payout), 0) as payout,
        coalesce(sum(case when affiliate_days.is_internal then affiliate_days.payout end), 0)
            as internal_payout,
        coalesce(sum(affiliate_days.events), 0) as events,
        coalesce(sum(affiliate_days.event_revenue), 0) as event_revenue,
        coalesce(sum(affiliate_days.scrubbed_conversions), 0) as scrubbed_conversions,
        coalesce(sum(affiliate_days.view_through_conversions), 0) as view_through_conversions,
        coalesce(sum(affiliate_days.media_buying_cost), 0) as media_buying_cost,
        coalesce(sum(affiliate_days.spend), 0) as spend,
        coalesce(sum(affiliate_days.spend_rows), 0) as spend_rows,
        coalesce(sum(affiliate_days.tracker_clicks), 0) as tracker_clicks,
        coalesce(sum(affiliate_days.tracker_conversions), 0) as tracker_conversions,
        coalesce(sum(affiliate_days.uncosted_conversions), 0) as uncosted_conversions,
        coalesce(sum(affiliate_days.effective_cost), 0) as effective_cost,
        coalesce(sum(affiliate_days.margin), 0) as margin
    from advertiser_days
    left join affiliate_days
        on
            advertiser_days.client_id = affiliate_days.client_id
            and advertiser_days.report_date = affiliate_days.report_date
            and advertiser_days.advertiser_id = affiliate_days.advertiser_id
    group by
        advertiser_days.client_id, advertiser_days.report_date, advertiser_days.advertiser_id
),

named as (
    select
        summed.*,
        advertisers.advertiser_label
    from summed
    left join advertisers
        on
            summed.client_id = advertisers.client_id
            and summed.advertiser_id = advertisers.advertiser_id
)

select
    -- keys
    client_id,
    report_date,
    advertiser_id,

    -- dimensions
    advertiser_label,

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
    {{ costed_cpa('spend', 'internal_conversions', 'internal_conversions', 'spend_rows') }}
        as cpa,
    {{ cpa_reason('internal_conversions', 'internal_conversions', 'spend_rows') }}
        as cpa_reason,
    {{ costed_cpa('effective_cost', 'conversions', 'internal_conversions', 'spend_rows') }}
        as effective_cpa,
    {{ cpa_reason('conversions', 'internal_conversions', 'spend_rows') }}
        as effective_cpa_reason,
    {{ costed_cpa('spend', 'conversions', 'internal_conversions', 'spend_rows') }}
        as spend_per_conversion,
    {{ safe_divide('revenue', 'clicks') }} as epc,
    {{ safe_divide('conversions', 'clicks') }} as cvr
from named
