with spend as (
    select * from {{ ref('int_spend__by_source') }}
),

affiliate_days as (
    select * from {{ ref('fct_affiliate_daily') }}
),

joined as (  -- the key of fct_affiliate_daily: no fan-out
    select
        spend.*,
        affiliate_days.affiliate_label,
        affiliate_days.advertiser_label,
        affiliate_days.conversions as affiliate_conversions,
        affiliate_days.tracker_conversions as affiliate_tracker_conversions
    from spend
    left join affiliate_days
        on
            spend.client_id = affiliate_days.client_id
            and spend.report_date = affiliate_days.report_date
            and spend.affiliate_id = affiliate_days.affiliate_id
            and spend.advertiser_id = affiliate_days.advertiser_id
)

select
    -- keys
    client_id,
    cast(report_date as date) as report_date,
    redtrack_source_id,

    -- dimensions
    redtrack_source,
    cast(is_mapped as boolean) as is_mapped,
    affiliate_id,
    affiliate_label,
    advertiser_id,
    advertiser_label,

    -- tracker
    cast(spend as decimal(18, 4)) as spend,
    cast(spend_rows as bigint) as spend_rows,
    cast(tracker_clicks as bigint) as tracker_clicks,
    cast(tracker_conversions as bigint) as tracker_conversions,
    cast(tracker_revenue as decimal(18, 4)) as tracker_revenue,
    case when spend_rows > 0 then {{ safe_divide('spend', 'tracker_conversions') }} end
        as tracker_cpa,

    -- estimate: the network does not know sources, so its conversions are split by the tracker's
    case
        when is_mapped
            then {{ safe_divide(
                'affiliate_conversions * tracker_conversions', 'affiliate_tracker_conversions'
            ) }}
    end as estimated_conversions
from joined
