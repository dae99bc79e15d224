-- Every cent that the tracker reports appears once in each mart, mapped or not.
{% set marts = [
    'fct_source_daily', 'fct_affiliate_daily', 'fct_advertiser_daily', 'daily_summary'
] %}
with differences as (
    {% for mart in marts %}
        select
            '{{ mart }}' as mart,
            client_id,
            report_date,
            spend
        from {{ ref(mart) }}
        union all
        select
            '{{ mart }}' as mart,
            _client_id as client_id,
            date as report_date,
            -1 * cost as spend
        from {{ source('redtrack', 'daily_spend') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    mart,
    client_id,
    report_date,
    sum(spend) as spend_too_much
from differences
group by mart, client_id, report_date
having sum(spend) <> 0
