with labels as (
    select * from {{ ref('int_labels__by_entity') }}
    where entity = 'advertiser'
),

order_days as (
    select * from {{ ref('int_orders__by_day') }}
),

configured as (
    select
        client_id,
        cast(everflow_advertiser_id as bigint) as advertiser_id,
        advertiser_label,
        advertiser_name,
        product_category,
        report_name
    from {{ ref('client_advertisers') }}
),

ids as (
    select
        client_id,
        entity_id as advertiser_id
    from labels
    union distinct
    select
        client_id,
        advertiser_id
    from order_days
    union distinct
    select
        client_id,
        advertiser_id
    from configured
),

labelled as (
    select
        ids.client_id,
        ids.advertiser_id,
        configured.product_category,
        configured.report_name,
        configured.advertiser_name as configured_name,
        case
            when ids.advertiser_id = -1 then 'Unmapped'
            when labels.network_label is not null then labels.network_label
            when configured.advertiser_label is not null then configured.advertiser_label
            when labels.mapping_label is not null then labels.mapping_label
            when ids.advertiser_id = 0 then 'N/A'
            else cast(ids.advertiser_id as {{ dbt.type_string() }})
        end as advertiser_label,
        configured.client_id is not null as is_configured
    from ids
    left join configured
        on
            ids.client_id = configured.client_id
            and ids.advertiser_id = configured.advertiser_id
    left join labels
        on
            ids.client_id = labels.client_id
            and ids.advertiser_id = labels.entity_id
),

named as (
    select
        *,
        coalesce(configured_name, advertiser_label) as advertiser_name
    from labelled
)

select
    client_id,
    advertiser_id,
    advertiser_label,
    advertiser_name,
    product_category,
    report_name,
    is_configured
from named
