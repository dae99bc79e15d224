with affiliate_days as (
    select * from {{ ref('fct_affiliate_daily') }}
),

time_windows as (
    select * from {{ ref('int_days__windows') }}
    where subject = 'performance'
),

summed as (
    select
        time_windows.client_id,
        time_windows.window_name,
        time_windows.period,
        time_windows.start_date,
        time_windows.end_date,
        time_windows.is_complete,
        affiliate_days.advertiser_id,
        affiliate_days.advertiser_label,
        affiliate_days.affiliate_id,
        affiliate_days.affiliate_label,
        affiliate_days.is_internal,
        -- nobody competes as "no affiliate" (0) or "unmapped spend" (-1)
        affiliate_days.affiliate_id not in (-1, 0) as is_ranked,
        sum(affiliate_days.clicks) as clicks,
        sum(affiliate_days.conversions) as conversions,
        sum(affiliate_days.revenue) as revenue,
        sum(affiliate_days.payout) as payout,
        sum(affiliate_days.spend) as spend,
        sum(affiliate_days.spend_rows) as spend_rows,
        sum(affiliate_days.effective_cost) as effective_cost,
        sum(affiliate_days.margin) as margin
    from time_windows
    inner join affiliate_days
        on
            time_windows.client_id = affiliate_days.client_id
            and affiliate_days.report_date
            between time_windows.start_date and time_windows.end_date
    group by
        time_windows.client_id,
        time_windows.window_name,
        time_windows.period,
        time_windows.start_date,
        time_windows.end_date,
        time_windows.is_complete,
        affiliate_days.advertiser_id,
        affiliate_days.advertiser_label,
        affiliate_days.affiliate_id,
        affiliate_days.affiliate_label,
        affiliate_days.is_internal
),

ranked as (  -- equals share a rank, so no order of text can decide it
    select
        *,
        case when is_internal then conversions else 0 end as internal_conversions,
        case
            when is_ranked
                then rank() over (
                    partition by
                        client_id, window_name, period, advertiser_id, is_internal, is_ranked
                    order by revenue desc, conversions desc
                )
        end as affiliate_rank
    from summed
),

present as (
    select * from ranked
    where period = 'present'
),

previous as (
    select * from ranked
    where period = 'previous'
),

compared as (
    select
        present.*,
        previous.affiliate_rank as previous_rank
    from present
    left join previous
        on
            present.client_id = previous.client_id
            and present.window_name = previous.window_name
            and present.advertiser_id = previous.advertiser_id
            and present.affiliate_id = previous.affiliate_id
)

select
    -- keys
    client_id,
    window_name,
    advertiser_id,
    affiliate_id,

    -- dimensions
    advertiser_label,
    affiliate_label,
    is_internal,
    start_date as window_start_date,
    end_date as window_end_date,
    is_complete,

    -- ranks
    cast(affiliate_rank as bigint) as affiliate_rank,
    cast(previous_rank as bigint) as previous_rank,
    cast(previous_rank - affiliate_rank as bigint) as rank_change,

    -- measures
    cast(clicks as bigint) as clicks,
    cast(conversions as bigint) as conversions,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(payout as decimal(18, 4)) as payout,
    cast(spend as decimal(18, 4)) as spend,
    cast(spend_rows as bigint) as spend_rows,
    cast(effective_cost as decimal(18, 4)) as effective_cost,
    cast(margin as decimal(18, 4)) as margin,
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
from compared
