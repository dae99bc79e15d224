-- What is counted of every day that is whole, beside what the count depends on: a day, a click, or
-- a unit of money. A day on which a subject has no row counts 0.
with network as (
    select
        client_id,
        report_date,
        affiliate_id,
        advertiser_id,
        sum(clicks) as clicks,
        sum(conversions) as conversions
    from {{ ref('stg_everflow__daily_stats') }}
    group by client_id, report_date, affiliate_id, advertiser_id
),

traffic_sources as (
    select * from {{ ref('int_spend__by_source') }}
),

costed as (  -- affiliates that media is bought for, where the cost is known
    select
        spend.client_id,
        spend.report_date,
        spend.affiliate_id,
        spend.advertiser_id,
        spend.spend,
        coalesce(network.conversions, 0) as conversions
    from {{ ref('int_spend__by_affiliate') }} as spend
    left join network
        on
            spend.client_id = network.client_id
            and spend.report_date = network.report_date
            and spend.affiliate_id = network.affiliate_id
            and spend.advertiser_id = network.advertiser_id
    where spend.spend_rows > 0 and spend.affiliate_id <> -1
),

order_files as (
    select * from {{ ref('stg_ops__loaded_files') }}
    where raw_table in ('orders_create', 'orders_update') and file_date is not null
),

counted as (
    select
        client_id,
        report_date,
        'conversions' as rule_name,
        'everflow' as judged_by,
        affiliate_id,
        advertiser_id,
        cast(null as {{ dbt.type_string() }}) as other_subject,
        conversions as observed,
        cast(1 as decimal(18, 4)) as exposure
    from network
    union all
    select
        client_id,
        report_date,
        'conversions' as rule_name,
        'everflow' as judged_by,
        cast(null as bigint) as affiliate_id,
        advertiser_id,
        null as other_subject,
        sum(conversions) as observed,
        1 as exposure
    from network
    group by client_id, report_date, advertiser_id
    union all
    select
        client_id,
        report_date,
        'postback' as rule_name,
        'everflow' as judged_by,
        affiliate_id,
        advertiser_id,
        null as other_subject,
        conversions as observed,
        clicks as exposure
    from network
    union all
    select
        client_id,
        report_date,
        'postback' as rule_name,
        'redtrack' as judged_by,
        affiliate_id,
        advertiser_id,
        'source ' || redtrack_source_id as other_subject,
        tracker_conversions as observed,
        tracker_clicks as exposure
    from traffic_sources
    union all
    select
        client_id,
        report_date,
        'cpa' as rule_name,
        'cpa' as judged_by,
        affiliate_id,
        advertiser_id,
        'source ' || redtrack_source_id as other_subject,
        tracker_conversions as observed,
        spend as exposure
    from traffic_sources
    where is_mapped
    union all
    select
        client_id,
        report_date,
        'cpa' as rule_name,
        'cpa' as judged_by,
        null as affiliate_id,
        advertiser_id,
        null as other_subject,
        sum(conversions) as observed,
        sum(spend) as exposure
    from costed
    group by client_id, report_date, advertiser_id
    union all
    select
        client_id,
        report_date,
        'volume' as rule_name,
        'everflow' as judged_by,
        null as affiliate_id,
        null as advertiser_id,
        'everflow.daily_stats' as other_subject,
        count(*) as observed,
        1 as exposure
    from {{ ref('stg_everflow__daily_stats') }}
    group by client_id, report_date
    union all
    select
        client_id,
        report_date,
        'volume' as rule_name,
        'redtrack' as judged_by,
        null as affiliate_id,
        null as advertiser_id,
        'redtrack.daily_spend' as other_subject,
        count(*) as observed,
        1 as exposure
    from {{ ref('stg_redtrack__daily_spend') }}
    group by client_id, report_date
    union all
    select
        client_id,
        file_date as report_date,
        'volume' as rule_name,
        'orders' as judged_by,
        null as affiliate_id,
        null as advertiser_id,
        's3_exports.' || raw_table as other_subject,
        sum(rows_written) as observed,
        1 as exposure
    from order_files
    group by client_id, file_date, raw_table
),

named as (
    select
        client_id,
        report_date,
        rule_name,
        judged_by,
        affiliate_id,
        advertiser_id,
        coalesce(
            other_subject,
            'affiliate ' || cast(affiliate_id as {{ dbt.type_string() }}) || '/'
            || cast(advertiser_id as {{ dbt.type_string() }}),
            'advertiser ' || cast(advertiser_id as {{ dbt.type_string() }})
        ) as subject,
        cast(observed as bigint) as observed,
        cast(exposure as decimal(18, 4)) as exposure
    from counted
),

subjects as (  -- of a mapping that was changed, the newest affiliate does not matter
    select
        client_id,
        rule_name,
        subject,
        judged_by,
        max(affiliate_id) as affiliate_id,
        max(advertiser_id) as advertiser_id,
        min(report_date) as first_date
    from named
    group by client_id, rule_name, subject, judged_by
    -- what was never more than this is too small to be judged
    having max(observed) >= {{ anomaly_limit('certain') }}
),

whole_days as (
    select
        client_id,
        report_date,
        source_name as judged_by
    from {{ ref('int_source_days__status') }}
    where is_complete and source_name in ('everflow', 'redtrack')
    union all
    select
        client_id,
        report_date,
        'cpa' as judged_by
    from {{ ref('int_days__completeness') }}
    where is_complete
    union all
    select
        client_id,
        report_date,
        'orders' as judged_by
    from {{ ref('int_days__orders_completeness') }}
    where orders_complete
)

select
    subjects.client_id,
    whole_days.report_date,
    subjects.rule_name,
    subjects.subject,
    subjects.affiliate_id,
    subjects.advertiser_id,
    coalesce(named.observed, 0) as observed,
    coalesce(
        named.exposure, case when subjects.rule_name in ('conversions', 'volume') then 1 else 0 end
    ) as exposure
from subjects
inner join whole_days
    on
        subjects.client_id = whole_days.client_id
        and subjects.judged_by = whole_days.judged_by
        and subjects.first_date <= whole_days.report_date
left join named
    on
        subjects.client_id = named.client_id
        and subjects.rule_name = named.rule_name
        and subjects.subject = named.subject
        and whole_days.report_date = named.report_date
