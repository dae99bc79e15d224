-- Every cent that the tracker reports appears once in each mart, mapped or not.
with raw_days as (
    select
        _client_id as client_id,
        date as report_date,
        sum(cost) as spend
    from {{ source('redtrack', 'daily_spend') }}
    group by _client_id, date
),

source_days as (
    select
        client_id,
        report_date,
        sum(spend) as spend
    from {{ ref('fct_source_daily') }}
    group by client_id, report_date
),

affiliate_days as (
    select
        client_id,
        report_date,
        sum(spend) as spend
    from {{ ref('fct_affiliate_daily') }}
    group by client_id, report_date
),

summary_days as (
    select
        client_id,
        report_date,
        sum(spend) as spend
    from {{ ref('daily_summary') }}
    group by client_id, report_date
)

select
    client_id,
    report_date,
    raw_days.spend as raw_spend,
    source_days.spend as source_spend,
    affiliate_days.spend as affiliate_spend,
    summary_days.spend as summary_spend
from raw_days
full outer join source_days using (client_id, report_date)
full outer join affiliate_days using (client_id, report_date)
full outer join summary_days using (client_id, report_date)
where
    coalesce(raw_days.spend, 0) <> coalesce(source_days.spend, 0)
    or coalesce(raw_days.spend, 0) <> coalesce(affiliate_days.spend, 0)
    or coalesce(raw_days.spend, 0) <> coalesce(summary_days.spend, 0)
