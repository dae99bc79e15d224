-- Sources that spent in a week what brings their advertiser conversions, and brought none.
with traffic_sources as (
    select * from {{ ref('int_spend__by_source') }}
    where is_mapped
),

advertiser_days as (  -- whole days alone
    select
        client_id,
        report_date,
        advertiser_id,
        observed as conversions,
        exposure as spend
    from {{ ref('int_anomalies__series') }}
    where rule_name = 'cpa' and affiliate_id is null
),

days as (
    select
        traffic_sources.client_id,
        traffic_sources.report_date,
        traffic_sources.redtrack_source_id,
        traffic_sources.affiliate_id,
        traffic_sources.advertiser_id,
        sum(traffic_sources.spend) over past_week as spend,
        sum(traffic_sources.tracker_conversions) over past_week as conversions,
        max(traffic_sources.report_date) over (partition by traffic_sources.client_id)
            as judged_to_date
    from traffic_sources
    inner join advertiser_days
        on
            traffic_sources.client_id = advertiser_days.client_id
            and traffic_sources.report_date = advertiser_days.report_date
            and traffic_sources.advertiser_id = advertiser_days.advertiser_id
    window past_week as (
        partition by traffic_sources.client_id, traffic_sources.redtrack_source_id
        order by traffic_sources.report_date
        range between interval '6 day' preceding and current row
    )
),

advertiser_weeks as (
    select
        client_id,
        report_date,
        advertiser_id,
        sum(spend) over past_week as spend,
        sum(conversions) over past_week as conversions
    from advertiser_days
    window past_week as (
        partition by client_id, advertiser_id
        order by report_date
        range between interval '6 day' preceding and current row
    )
)

select
    days.client_id,
    days.report_date,
    'spend' as rule_name,
    'source ' || days.redtrack_source_id as subject,
    days.affiliate_id,
    days.advertiser_id,
    days.judged_to_date,
    'spend without conversions' as reason,
    cast(days.spend as decimal(18, 4)) as observed,
    cast(null as decimal(18, 4)) as expected_low,
    {{ safe_divide(
        'advertiser_weeks.spend * ' ~ anomaly_limit('certain'), 'advertiser_weeks.conversions'
    ) }} as expected_high
from days
inner join advertiser_weeks
    on
        days.client_id = advertiser_weeks.client_id
        and days.report_date = advertiser_weeks.report_date
        and days.advertiser_id = advertiser_weeks.advertiser_id
where
    days.conversions <= 0
    and advertiser_weeks.conversions > 0
    and days.spend * advertiser_weeks.conversions
    >= advertiser_weeks.spend * {{ anomaly_limit('certain') }}
