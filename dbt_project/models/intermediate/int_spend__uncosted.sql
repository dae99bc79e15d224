-- Clicks without the usual cost: the tracker has not fetched it yet.
with spend as (
    select * from {{ ref('int_spend__by_source') }}
)

select
    client_id,
    report_date,
    redtrack_source_id,
    redtrack_source,
    mapping_id,
    affiliate_id,
    advertiser_id,
    tracker_clicks
from spend
where
    is_mapped
    and tracker_clicks > 0
    and spend = 0
    and exists (
        select 1
        from spend as earlier
        where
            earlier.client_id = spend.client_id
            and earlier.redtrack_source_id = spend.redtrack_source_id
            and earlier.spend <> 0
            and earlier.report_date < spend.report_date
            and earlier.report_date
            >= cast({{ dbt.dateadd('day', -7, 'spend.report_date') }} as date)
    )
