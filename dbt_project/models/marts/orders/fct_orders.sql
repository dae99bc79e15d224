with orders as (
    select * from {{ ref('int_orders__attributed') }}
)

select
    -- keys
    cast(client_id as {{ dbt.type_string() }}) as client_id,
    cast(orders_id as {{ dbt.type_string() }}) as orders_id,
    cast(order_date as date) as order_date,
    cast(advertiser_id as {{ dbt.type_string() }}) as advertiser_id,
    cast(customer_hash as {{ dbt.type_string() }}) as customer_hash,

    -- dimensions
    cast(order_status as {{ dbt.type_string() }}) as order_status,
    cast(order_kind as {{ dbt.type_string() }}) as order_kind,
    cast(product_category as {{ dbt.type_string() }}) as product_category,
    cast(state_code as {{ dbt.type_string() }}) as state_code,
    cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
    cast(afid as {{ dbt.type_string() }}) as afid,
    cast(sid as {{ dbt.type_string() }}) as sid,
    cast(c1 as {{ dbt.type_string() }}) as c1,
    cast(c2 as {{ dbt.type_string() }}) as c2,
    cast(c3 as {{ dbt.type_string() }}) as c3,
    cast(currency as {{ dbt.type_string() }}) as currency,

    -- measures
    cast(total_amount as decimal(18, 4)) as total_amount,
    cast(gross_amount as decimal(18, 4)) as gross_amount,
    cast(refunded_amount as decimal(18, 4)) as refunded_amount,
    cast(chargeback_amount as decimal(18, 4)) as chargeback_amount,
    cast(gross_amount - refunded_amount - chargeback_amount as decimal(18, 4)) as net_amount,
    cast(core_amount as decimal(18, 4)) as core_amount,
    cast(order_events as bigint) as order_events,

    -- flags
    cast(is_test as boolean) as is_test,
    cast(is_attempted as boolean) as is_attempted,
    cast(is_approved as boolean) as is_approved,
    cast(is_declined as boolean) as is_declined,
    cast(is_refunded as boolean) as is_refunded,
    cast(is_chargeback as boolean) as is_chargeback,
    cast(case when order_kind <> 'unknown' then order_kind = 'first' end as boolean)
        as is_first_order,
    cast(is_core_order as boolean) as is_core_order,
    cast(is_order_date_imputed as boolean) as is_order_date_imputed,
    cast(has_unparsed_text as boolean) as has_unparsed_text,

    -- arrival
    cast(first_file_date as date) as first_file_date,
    cast(last_file_date as date) as last_file_date,
    cast(first_approved_date as date) as first_approved_date,
    cast(first_declined_date as date) as first_declined_date,
    cast(first_refunded_date as date) as first_refunded_date,
    cast(first_chargeback_date as date) as first_chargeback_date
from orders
