-- The merge may neither lose nor double what the network paid for: a join through the mapping would
-- count an affiliate once per source, an inner join would drop the affiliates without spend.
{% set marts = ['fct_affiliate_daily', 'fct_advertiser_daily', 'daily_summary'] %}
with differences as (
    {% for mart in marts %}
        select
            '{{ mart }}' as mart,
            client_id,
            report_date,
            conversions,
            revenue,
            payout
        from {{ ref(mart) }}
        union all
        select
            '{{ mart }}' as mart,
            _client_id as client_id,
            date as report_date,
            -1 * conversions as conversions,
            -1 * revenue as revenue,
            -1 * payout as payout
        from {{ source('everflow', 'daily_stats') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    mart,
    client_id,
    report_date,
    sum(conversions) as conversions_too_many,
    sum(revenue) as revenue_too_much,
    sum(payout) as payout_too_much
from differences
group by mart, client_id, report_date
having sum(conversions) <> 0 or sum(revenue) <> 0 or sum(payout) <> 0
