with spend as (
    select * from {{ ref('stg_redtrack__daily_spend') }}
),

mapping as (
    select * from {{ ref('int_mapping__normalized') }}
),

ranked_titles as (
    select
        client_id,
        redtrack_source_id,
        redtrack_source,
        row_number() over (
            partition by client_id, redtrack_source_id
            -- the hash breaks ties alike on every engine; text itself sorts by the collation
            order by report_date desc, _loaded_at desc, {{ dbt.hash('redtrack_source') }}
        ) as title_rank
    from spend
    where redtrack_source is not null
),

latest_titles as (
    select * from ranked_titles
    where title_rank = 1
),

summed as (  -- ids that differ in case or blanks only are one source
    select
        client_id,
        report_date,
        redtrack_source_id,
        coalesce(sum(spend), 0) as spend,
        count(spend) as spend_rows,
        coalesce(sum(tracker_clicks), 0) as tracker_clicks,
        coalesce(sum(tracker_conversions), 0) as tracker_conversions,
        coalesce(sum(tracker_revenue), 0) as tracker_revenue
    from spend
    group by client_id, report_date, redtrack_source_id
),

mapped as (  -- a source is mapped once per client, so this cannot fan out
    select
        summed.client_id,
        summed.report_date,
        summed.redtrack_source_id,
        mapping.mapping_id,
        summed.spend,
        summed.spend_rows,
        summed.tracker_clicks,
        summed.tracker_conversions,
        summed.tracker_revenue,
        -- money of an unmapped source stays visible; 0 is the network's own N/A
        coalesce(mapping.affiliate_id, -1) as affiliate_id,
        coalesce(mapping.advertiser_id, -1) as advertiser_id,
        coalesce(
            latest_titles.redtrack_source, mapping.redtrack_source, summed.redtrack_source_id
        ) as redtrack_source,
        mapping.mapping_id is not null as is_mapped
    from summed
    left join mapping
        on
            summed.client_id = mapping.client_id
            and summed.redtrack_source_id = mapping.redtrack_source_id
    left join latest_titles
        on
            summed.client_id = latest_titles.client_id
            and summed.redtrack_source_id = latest_titles.redtrack_source_id
)

select
    client_id,
    report_date,
    redtrack_source_id,
    redtrack_source,
    mapping_id,
    affiliate_id,
    advertiser_id,
    is_mapped,
    cast(spend as decimal(18, 4)) as spend,
    cast(spend_rows as bigint) as spend_rows,
    cast(tracker_clicks as bigint) as tracker_clicks,
    cast(tracker_conversions as bigint) as tracker_conversions,
    cast(tracker_revenue as decimal(18, 4)) as tracker_revenue
from mapped
