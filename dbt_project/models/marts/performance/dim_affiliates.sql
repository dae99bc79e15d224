with everflow as (
    select * from {{ ref('stg_everflow__daily_stats') }}
),

mapping as (
    select * from {{ ref('int_mapping__normalized') }}
),

spend as (
    select * from {{ ref('int_spend__by_affiliate') }}
),

ids as (
    select
        client_id,
        affiliate_id
    from everflow
    union distinct
    select
        client_id,
        affiliate_id
    from mapping
    union distinct
    select
        client_id,
        affiliate_id
    from spend
),

seen as (
    select
        client_id,
        affiliate_id,
        min(report_date) as first_report_date,
        max(report_date) as last_report_date
    from everflow
    group by client_id, affiliate_id
),

ranked_everflow_labels as (
    select
        client_id,
        affiliate_id,
        affiliate_label,
        row_number() over (
            partition by client_id, affiliate_id
            -- the hash breaks ties alike on every engine; text itself sorts by the collation
            order by report_date desc, _loaded_at desc, {{ dbt.hash('affiliate_label') }}
        ) as label_rank
    from everflow
    where affiliate_label is not null
),

everflow_labels as (
    select * from ranked_everflow_labels
    where label_rank = 1
),

ranked_mapping_labels as (
    select
        client_id,
        affiliate_id,
        affiliate_label,
        row_number() over (partition by client_id, affiliate_id order by mapping_id) as label_rank
    from mapping
    where affiliate_label is not null
),

mapping_labels as (
    select * from ranked_mapping_labels
    where label_rank = 1
),

internal_affiliates as (
    select distinct
        client_id,
        affiliate_id
    from mapping
),

labelled as (
    select
        ids.client_id,
        ids.affiliate_id,
        seen.first_report_date,
        seen.last_report_date,
        case
            when ids.affiliate_id = '-1' then 'Unmapped'
            when everflow_labels.affiliate_label is not null then everflow_labels.affiliate_label
            when mapping_labels.affiliate_label is not null then mapping_labels.affiliate_label
            when ids.affiliate_id = '0' then 'N/A'
            else ids.affiliate_id
        end as affiliate_label,
        internal_affiliates.client_id is not null as has_internal_advertiser
    from ids
    left join seen
        on
            ids.client_id = seen.client_id
            and ids.affiliate_id = seen.affiliate_id
    left join everflow_labels
        on
            ids.client_id = everflow_labels.client_id
            and ids.affiliate_id = everflow_labels.affiliate_id
    left join mapping_labels
        on
            ids.client_id = mapping_labels.client_id
            and ids.affiliate_id = mapping_labels.affiliate_id
    left join internal_affiliates
        on
            ids.client_id = internal_affiliates.client_id
            and ids.affiliate_id = internal_affiliates.affiliate_id
)

select
    cast(client_id as {{ dbt.type_string() }}) as client_id,
    cast(affiliate_id as {{ dbt.type_string() }}) as affiliate_id,
    cast(affiliate_label as {{ dbt.type_string() }}) as affiliate_label,
    cast(has_internal_advertiser as boolean) as has_internal_advertiser,
    cast(first_report_date as date) as first_report_date,
    cast(last_report_date as date) as last_report_date
from labelled
