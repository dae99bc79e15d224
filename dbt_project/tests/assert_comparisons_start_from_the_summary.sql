-- A comparison is worth nothing beside another figure than the summary's own: every figure of every
-- row of the summary is there, and is the same.
with compared as (
    select
        client_id,
        report_date,
        advertiser_id,
        max(case when metric = 'conversions' then metric_value end) as conversions,
        max(case when metric = 'revenue' then metric_value end) as revenue,
        max(case when metric = 'spend' then metric_value end) as spend,
        max(case when metric = 'effective_cpa' then metric_value end) as effective_cpa
    from {{ ref('summary_comparisons') }}
    group by client_id, report_date, advertiser_id
)

select
    daily.client_id,
    daily.report_date,
    daily.advertiser_id
from {{ ref('daily_summary') }} as daily
left join compared
    on
        daily.client_id = compared.client_id
        and daily.report_date = compared.report_date
        and daily.advertiser_id = compared.advertiser_id
where
    compared.client_id is null
    or daily.conversions <> compared.conversions
    or daily.revenue <> compared.revenue
    or daily.spend <> compared.spend
    or daily.effective_cpa is distinct from compared.effective_cpa
