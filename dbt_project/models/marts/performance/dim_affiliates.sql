with affiliates as (
    select
        *,
        entity_id as affiliate_id,
        case
            when entity_id = -1 then 'Unmapped'
            when network_label is not null then network_label
            when mapping_label is not null then mapping_label
            when entity_id = 0 then 'N/A'
            else cast(entity_id as {{ dbt.type_string() }})
        end as affiliate_label
    from {{ ref('int_labels__by_entity') }}
    where entity = 'affiliate'
)

select
    client_id,
    affiliate_id,
    affiliate_label,
    is_mapped as has_internal_advertiser,
    first_report_date,
    last_report_date
from affiliates
