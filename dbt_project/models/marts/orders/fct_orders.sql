with orders as (
    select * from {{ ref('int_orders__latest') }}
    where {{ only_touched('orders_id') }}
),

kinds as (  -- a client whose files lack these columns has unknown kinds
    select * from {{ ref('int_order_kinds__by_client') }}
)

select
    -- keys
    orders.client_id,
    orders.orders_id,
    cast(orders.order_date as date) as order_date,
    orders.advertiser_id,
    orders.customer_hash,

    -- dimensions
    orders.order_status,
    cast(
        case when kinds.have_order_kinds then orders.order_kind else 'unknown' end
        as {{ dbt.type_string() }}
    ) as order_kind,
    orders.product_category,
    orders.state_code,
    orders.campaign_id,
    orders.afid,
    orders.sid,
    orders.c1,
    orders.c2,
    orders.c3,
    orders.currency,

    -- measures
    cast(orders.total_amount as decimal(18, 4)) as total_amount,
    cast(orders.gross_amount as decimal(18, 4)) as gross_amount,
    cast(orders.refunded_amount as decimal(18, 4)) as refunded_amount,
    cast(orders.chargeback_amount as decimal(18, 4)) as chargeback_amount,
    cast(
        orders.gross_amount - orders.refunded_amount - orders.chargeback_amount as decimal(18, 4)
    ) as net_amount,
    cast(coalesce(orders.core_amount, 0) as decimal(18, 4)) as core_amount,
    cast(orders.order_events as bigint) as order_events,

    -- flags
    cast(orders.is_test as boolean) as is_test,
    cast(orders.is_attempted as boolean) as is_attempted,
    cast(orders.is_approved as boolean) as is_approved,
    cast(orders.is_declined as boolean) as is_declined,
    cast(orders.is_refunded as boolean) as is_refunded,
    cast(orders.is_chargeback as boolean) as is_chargeback,
    cast(case when kinds.have_order_kinds then orders.order_kind = 'first' end as boolean)
        as is_first_order,
    cast(orders.core_amount is not null as boolean) as is_core_order,
    cast(orders.is_order_date_imputed as boolean) as is_order_date_imputed,
    cast(orders.has_unparsed_text as boolean) as has_unparsed_text,

    -- arrival
    cast(orders.first_file_date as date) as first_file_date,
    cast(orders.last_file_date as date) as last_file_date,
    cast(orders.first_approved_date as date) as first_approved_date,
    cast(orders.first_declined_date as date) as first_declined_date,
    cast(orders.first_refunded_date as date) as first_refunded_date,
    cast(orders.first_chargeback_date as date) as first_chargeback_date
from orders
left join kinds on orders.client_id = kinds.client_id
