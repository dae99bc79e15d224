-- What config and seeds make of an order. They may change without a new event, so they are applied
-- to all orders at each build. A view, as it joins small tables only.
{{ config(materialized='view') }}
with orders as (
    select * from {{ ref('int_orders__latest') }}
),

clients as (
    select * from {{ ref('clients') }}
),

advertisers as (  -- two of one category would double its orders; the config refuses them
    select
        client_id,
        {{ clean_id('product_category') }} as product_category,
        min({{ clean_id('everflow_advertiser_id') }}) as advertiser_id
    from {{ ref('client_advertisers') }}
    where product_category is not null
    group by client_id, {{ clean_id('product_category') }}
),

state_spellings as (
    select
        state_code,
        {{ clean_id('state_code') }} as spelling
    from {{ ref('us_states') }}
    union distinct
    select
        state_code,
        {{ clean_id('state_name') }} as spelling
    from {{ ref('us_states') }}
),

kinds_told as (  -- a client whose files have none of these columns tells nothing of rebills
    select
        client_id,
        bool_or(
            rebill_depth is not null or is_recurring is not null or parent_orders_id is not null
        ) as is_kind_told
    from orders
    group by client_id
)

select
    orders.client_id,
    orders.orders_id,
    orders.order_status,
    orders.product_category,
    orders.campaign_id,
    orders.afid,
    orders.sid,
    orders.c1,
    orders.c2,
    orders.c3,
    orders.customer_hash,
    orders.total_amount,
    orders.gross_amount,
    orders.refunded_amount,
    orders.chargeback_amount,
    orders.arrived_approved_amount,
    orders.arrived_declined_amount,
    orders.arrived_refunded_amount,
    orders.arrived_chargeback_amount,
    orders.is_test,
    orders.is_attempted,
    orders.is_approved,
    orders.is_declined,
    orders.is_refunded,
    orders.is_chargeback,
    orders.has_unparsed_text,
    orders.first_file_date,
    orders.last_file_date,
    orders.first_approved_date,
    orders.first_declined_date,
    orders.first_refunded_date,
    orders.first_chargeback_date,
    orders.order_events,
    coalesce(orders.order_date, orders.first_file_date) as order_date,
    orders.order_date is null as is_order_date_imputed,
    coalesce(advertisers.advertiser_id, '-1') as advertiser_id,
    case
        when state_spellings.state_code is not null then state_spellings.state_code
        when orders.delivered_state is null then 'N/A'
        else 'Unknown'
    end as state_code,
    coalesce(orders.currency, clients.currency) as currency,
    case
        when not kinds_told.is_kind_told then 'unknown'
        when coalesce(orders.rebill_depth, case when orders.is_recurring then 1 else 0 end) > 0
            then 'rebill'
        when coalesce(orders.parent_orders_id, '0') not in ('0', orders.orders_id) then 'upsell'
        else 'first'
    end as order_kind,
    coalesce(
        orders.created_status = 'NEW' and orders.created_amount > clients.core_order_amount, false
    ) as is_core_order,
    case
        when orders.created_status = 'NEW' and orders.created_amount > clients.core_order_amount
            then orders.created_amount
        else 0
    end as core_amount
from orders
inner join kinds_told on orders.client_id = kinds_told.client_id
left join clients on orders.client_id = clients.client_id
left join advertisers
    on
        orders.client_id = advertisers.client_id
        and {{ clean_id('orders.product_category') }} = advertisers.product_category
left join state_spellings on orders.delivered_state = state_spellings.spelling
