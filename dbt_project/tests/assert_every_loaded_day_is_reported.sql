-- A configured advertiser must show zeros on a quiet day: a gap would read as "not loaded".
-- The reports by name are cut from the summary, so they must hold every one of these rows too.
with expected as (
    select
        loaded_days.client_id,
        loaded_days.report_date,
        cast(configured.everflow_advertiser_id as bigint) as advertiser_id,
        configured.report_name
    from {{ ref('int_days__reported') }} as loaded_days
    inner join {{ ref('client_advertisers') }} as configured
        on loaded_days.client_id = configured.client_id
),

reported as (
    select
        client_id,
        report_date,
        advertiser_id,
        'daily_ccw_summary' as report_name
    from {{ ref('daily_ccw_summary') }}
    union all
    select
        client_id,
        report_date,
        advertiser_id,
        'daily_exp_summary' as report_name
    from {{ ref('daily_exp_summary') }}
)

select
    expected.client_id,
    expected.report_date,
    expected.advertiser_id,
    expected.report_name
from expected
left join {{ ref('daily_summary') }} as daily
    on
        expected.client_id = daily.client_id
        and expected.report_date = daily.report_date
        and expected.advertiser_id = daily.advertiser_id
left join reported
    on
        expected.client_id = reported.client_id
        and expected.report_date = reported.report_date
        and expected.advertiser_id = reported.advertiser_id
        and expected.report_name = reported.report_name
where
    daily.client_id is null
    or (
        expected.report_name in ('daily_ccw_summary', 'daily_exp_summary')
        and reported.client_id is null
    )
