-- The merge of network and tracker. Both sides have the grain before they meet.
with everflow as (
    select * from {{ ref('stg_everflow__daily_stats') }}
),

spend as (
    select * from {{ ref('int_spend__by_affiliate') }}
),

mapping as (
    select * from {{ ref('int_mapping__normalized') }}
),

affiliates as (
    select * from {{ ref('dim_affiliates') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

network as (  -- ids that differ in case or blanks only are one affiliate
    select
        client_id,
        report_date,
        affiliate_id,
        advertiser_id,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(revenue) as revenue,
        sum(payout) as payout,
        sum(events) as events,
        sum(event_revenue) as event_revenue,
        sum(scrubbed_conversions) as scrubbed_conversions,
        sum(view_through_conversions) as view_through_conversions,
        sum(media_buying_cost) as media_buying_cost,
        count(*) as network_rows
    from everflow
    group by client_id, report_date, affiliate_id, advertiser_id
),

internal_pairs as (
    select distinct
        client_id,
        affiliate_id,
        advertiser_id
    from mapping
),

merged as (
    select
        client_id,
        report_date,
        affiliate_id,
        advertiser_id,
        coalesce(network.clicks, 0) as clicks,
        coalesce(network.conversions, 0) as conversions,
        coalesce(network.revenue, 0) as revenue,
        coalesce(network.payout, 0) as payout,
        coalesce(network.events, 0) as events,
        coalesce(network.event_revenue, 0) as event_revenue,
        coalesce(network.scrubbed_conversions, 0) as scrubbed_conversions,
        coalesce(network.view_through_conversions, 0) as view_through_conversions,
        coalesce(network.media_buying_cost, 0) as media_buying_cost,
        coalesce(network.network_rows, 0) as network_rows,
        coalesce(spend.spend, 0) as spend,
        coalesce(spend.spend_rows, 0) as spend_rows,
        coalesce(spend.tracker_clicks, 0) as tracker_clicks,
        coalesce(spend.tracker_conversions, 0) as tracker_conversions
    from network
    full outer join spend using (client_id, report_date, affiliate_id, advertiser_id)
),

flagged as (
    select
        merged.*,
        affiliates.affiliate_label,
        advertisers.advertiser_label,
        coalesce(affiliates.has_internal_advertiser, false) as has_internal_advertiser,
        internal_pairs.client_id is not null as is_internal
    from merged
    left join internal_pairs
        on
            merged.client_id = internal_pairs.client_id
            and merged.affiliate_id = internal_pairs.affiliate_id
            and merged.advertiser_id = internal_pairs.advertiser_id
    left join affiliates
        on
            merged.client_id = affiliates.client_id
            and merged.affiliate_id = affiliates.affiliate_id
    left join advertisers
        on
            merged.client_id = advertisers.client_id
            and merged.advertiser_id = advertisers.advertiser_id
),

costed as (
    select
        *,
        case
            when affiliate_id = -1 then 'unmapped'
            when is_internal and spend_rows = 0 then 'no_spend_row'
            when is_internal and network_rows = 0 then 'spend_only'
            when is_internal then 'matched'
            when affiliate_id = 0 then 'no_affiliate'
            when has_internal_advertiser then 'external_here'
            else 'external'
        end as match_status,
        case when is_internal then conversions else 0 end as internal_conversions,
        -- payout to an internal affiliate is a transfer within the house, not a cost
        spend + case when is_internal then 0 else payout end as effective_cost
    from flagged
)

select
    -- keys
    client_id,
    cast(report_date as date) as report_date,
    affiliate_id,
    advertiser_id,

    -- dimensions
    affiliate_label,
    advertiser_label,
    match_status,
    cast(is_internal as boolean) as is_internal,

    -- network
    cast(clicks as bigint) as clicks,
    cast(conversions as bigint) as conversions,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(payout as decimal(18, 4)) as payout,
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
    cast(case when spend_rows = 0 then internal_conversions else 0 end as bigint)
        as uncosted_conversions,
    cast(effective_cost as decimal(18, 4)) as effective_cost,
    cast(revenue - effective_cost as decimal(18, 4)) as margin,
    case when spend_rows > 0 then {{ safe_divide('spend', 'conversions') }} end as cpa,
    case
        when spend_rows = 0 then 'no cost row'
        else {{ cpa_reason('conversions', 'internal_conversions', 'spend_rows') }}
    end as cpa_reason,
    {{ costed_cpa('effective_cost', 'conversions', 'internal_conversions', 'spend_rows') }}
        as effective_cpa,
    {{ cpa_reason('conversions', 'internal_conversions', 'spend_rows') }}
        as effective_cpa_reason,
    {{ safe_divide('revenue', 'clicks') }} as epc,
    {{ safe_divide('conversions', 'clicks') }} as cvr
from costed
