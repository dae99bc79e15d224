-- The affiliates' parts are the advertiser's change, to the last decimal, and so are rate and mix
-- together; it is the change between figures that the summary and its comparisons show themselves.
with parts as (
    select
        client_id,
        report_date,
        comparison,
        advertiser_id,
        max(advertiser_effective_cpa) as effective_cpa,
        max(advertiser_effective_cpa_before) as effective_cpa_before,
        max(advertiser_cpa_change) as advertiser_cpa_change,
        sum(change_part) as change_parts,
        sum(rate_part + mix_part) as rate_and_mix_parts
    from {{ ref('cpa_change_by_affiliate') }}
    group by client_id, report_date, comparison, advertiser_id
)

select
    parts.client_id,
    parts.report_date,
    parts.comparison,
    parts.advertiser_id,
    parts.advertiser_cpa_change,
    parts.change_parts
from parts
left join {{ ref('summary_comparisons') }} as compared
    on
        parts.client_id = compared.client_id
        and parts.report_date = compared.report_date
        and parts.advertiser_id = compared.advertiser_id
        and compared.metric = 'effective_cpa'
where
    parts.change_parts is distinct from parts.advertiser_cpa_change
    or parts.rate_and_mix_parts is distinct from parts.advertiser_cpa_change
    or parts.effective_cpa - parts.effective_cpa_before
    is distinct from parts.advertiser_cpa_change
    or parts.effective_cpa
    is distinct from case when compared.is_complete then compared.metric_value end
    or parts.effective_cpa_before is distinct from case parts.comparison
        when 'day_before' then compared.day_before
        else compared.mean_7_days_before
    end
