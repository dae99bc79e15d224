-- Several sources may map to one affiliate: summed here, so that the merge cannot fan out.
with spend as (
    select * from {{ ref('int_spend__by_source') }}
)

select
    client_id,
    report_date,
    affiliate_id,
    advertiser_id,
    cast(sum(spend) as decimal(18, 4)) as spend,
    cast(sum(spend_rows) as bigint) as spend_rows,
    cast(sum(tracker_clicks) as bigint) as tracker_clicks,
    cast(sum(tracker_conversions) as bigint) as tracker_conversions
from spend
group by client_id, report_date, affiliate_id, advertiser_id
