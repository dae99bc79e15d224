with everflow as (
    select * from {{ ref('stg_everflow__daily_stats') }}
),

mapping as (
    select * from {{ ref('int_mapping__normalized') }}
),

spend as (
    select * from {{ ref('int_spend__by_affiliate') }}
),

orders as (
    select * from {{ ref('int_orders__latest') }}
),

configured as (
    select
        client_id,
        {{ clean_id('everflow_advertiser_id') }} as advertiser_id,
        advertiser_label,
        advertiser_name,
        product_category,
        report_name
    from {{ ref('client_advertisers') }}
),

ids as (
    select
        client_id,
        advertiser_id
    from everflow
    union distinct
    select
        client_id,
        advertiser_id
    from mapping
    union distinct
    select
        client_id,
        advertiser_id
    from spend
    union distinct
    select
        client_id,
        advertiser_id
    from orders
    union distinct
    select
        client_id,
        advertiser_id
    from configured
),

ranked_everflow_labels as (
    select
        client_id,
        advertiser_id,
        advertiser_label,
        row_number() over (
            partition by client_id, advertiser_id
            -- the hash breaks ties alike on every engine; text itself sorts by the collation
            order by report_date desc, _loaded_at desc, {{ dbt.hash('advertiser_label') }}
        ) as label_rank
    from everflow
    where advertiser_label is not null
),

everflow_labels as (
    select * from ranked_everflow_labels
    where label_rank = 1
),

ranked_mapping_labels as (
    select
        client_id,
        advertiser_id,
        advertiser_label,
        row_number() over (partition by client_id, advertiser_id order by mapping_id) as label_rank
    from mapping
    where advertiser_label is not null
),

mapping_labels as (
    select * from ranked_mapping_labels
    where label_rank = 1
),

labelled as (
    select
        ids.client_id,
        ids.advertiser_id,
        configured.product_category,
        configured.report_name,
        configured.advertiser_name as configured_name,
        case
            when ids.advertiser_id = '-1' then 'Unmapped'
            when everflow_labels.advertiser_label is not null then everflow_labels.advertiser_label
            when configured.advertiser_label is not null then configured.advertiser_label
            when mapping_labels.advertiser_label is not null then mapping_labels.advertiser_label
            when ids.advertiser_id = '0' then 'N/A'
            else ids.advertiser_id
        end as advertiser_label,
        configured.client_id is not null as is_configured
    from ids
    left join configured
        on
            ids.client_id = configured.client_id
            and ids.advertiser_id = configured.advertiser_id
    left join everflow_labels
        on
            ids.client_id = everflow_labels.client_id
            and ids.advertiser_id = everflow_labels.advertiser_id
    left join mapping_labels
        on
            ids.client_id = mapping_labels.client_id
            and ids.advertiser_id = mapping_labels.advertiser_id
)

select
    cast(client_id as {{ dbt.type_string() }}) as client_id,
    cast(advertiser_id as {{ dbt.type_string() }}) as advertiser_id,
    cast(advertiser_label as {{ dbt.type_string() }}) as advertiser_label,
    cast(coalesce(configured_name, advertiser_label) as {{ dbt.type_string() }}) as advertiser_name,
    cast(product_category as {{ dbt.type_string() }}) as product_category,
    cast(report_name as {{ dbt.type_string() }}) as report_name,
    cast(is_configured as boolean) as is_configured
from labelled
