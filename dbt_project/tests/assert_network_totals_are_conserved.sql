-- The merge may neither lose nor double what the network paid for: a join through the mapping would
-- count an affiliate once per source, an inner join would drop the affiliates without spend.
with raw_days as (
    select
        _client_id as client_id,
        date as report_date,
        sum(conversions) as conversions,
        sum(revenue) as revenue,
        sum(payout) as payout
    from {{ source('everflow', 'daily_stats') }}
    group by _client_id, date
),

merged_days as (
    select
        client_id,
        report_date,
        sum(conversions) as conversions,
        sum(revenue) as revenue,
        sum(payout) as payout
    from {{ ref('fct_affiliate_daily') }}
    group by client_id, report_date
),

summary_days as (
    select
        client_id,
        report_date,
        sum(conversions) as conversions,
        sum(revenue) as revenue,
        sum(payout) as payout
    from {{ ref('daily_summary') }}
    group by client_id, report_date
)

select
    client_id,
    report_date,
    raw_days.conversions as raw_conversions,
    merged_days.conversions as merged_conversions,
    summary_days.conversions as summary_conversions,
    raw_days.revenue as raw_revenue,
    merged_days.revenue as merged_revenue,
    summary_days.revenue as summary_revenue,
    raw_days.payout as raw_payout,
    merged_days.payout as merged_payout,
    summary_days.payout as summary_payout
from raw_days
full outer join merged_days using (client_id, report_date)
full outer join summary_days using (client_id, report_date)
where
    coalesce(raw_days.conversions, 0) <> coalesce(merged_days.conversions, 0)
    or coalesce(raw_days.conversions, 0) <> coalesce(summary_days.conversions, 0)
    or coalesce(raw_days.revenue, 0) <> coalesce(merged_days.revenue, 0)
    or coalesce(raw_days.revenue, 0) <> coalesce(summary_days.revenue, 0)
    or coalesce(raw_days.payout, 0) <> coalesce(merged_days.payout, 0)
    or coalesce(raw_days.payout, 0) <> coalesce(summary_days.payout, 0)
