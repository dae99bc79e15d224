-- What an event says of its order, by the client's config and the seeds: whose it is, what became
-- of it and what it is worth. The one place for these words. int_order_events__stored keeps it.
with events as (
    select * from {{ ref('stg_s3_exports__order_events') }}
),

clients as (
    select * from {{ ref('clients') }}
),

advertisers as (  -- two of one category would double its orders; the config refuses them
    select
        client_id,
        {{ clean_id('product_category') }} as product_category,
        min(cast(everflow_advertiser_id as bigint)) as advertiser_id
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

attributed as (
    select
        events.client_id,
        events.raw_table,
        events.file_name,
        events.row_id,
        events.orders_id,
        events.file_date,
        events.order_date,
        events.order_status,
        events.product_category,
        events.delivered_state,
        events.campaign_id,
        events.afid,
        events.sid,
        events.c1,
        events.c2,
        events.c3,
        events.parent_orders_id,
        events.rebill_depth,
        events.customer_hash,
        events.total_amount,
        events.refund_amount,
        events.has_refund_flag,
        events.has_chargeback_flag,
        events.is_test,
        events.is_recurring,
        events.has_unparsed_text,
        clients.core_order_amount,
        state_spellings.state_code as known_state_code,
        coalesce(advertisers.advertiser_id, -1) as advertiser_id,
        coalesce(events.currency, clients.currency) as currency,
        coalesce(events.order_status, '') as known_status,
        not events.is_test and coalesce(events.order_status, '') <> 'PENDING' as is_attempted
    from events
    left join clients on events.client_id = clients.client_id
    left join advertisers
        on
            events.client_id = advertisers.client_id
            and {{ clean_id('events.product_category') }} = advertisers.product_category
    left join state_spellings on events.delivered_state = state_spellings.spelling
),

approved as (  -- VOID/REFUNDED was approved once
    select
        *,
        is_attempted and known_status = 'DECLINED' as is_declined,
        is_attempted and known_status <> 'DECLINED' as is_approved,
        case
            when is_attempted and known_status <> 'DECLINED' then coalesce(total_amount, 0) else 0
        end as gross_amount
    from attributed
),

refunded as (  -- without a smaller amount of its own, a refund is the whole order
    select
        *,
        is_approved and has_chargeback_flag as is_chargeback,
        is_approved
        and (has_refund_flag or known_status = 'VOID/REFUNDED' or coalesce(refund_amount, 0) > 0)
            as is_refunded,
        case
            when refund_amount > 0 and refund_amount < gross_amount then refund_amount
            else gross_amount
        end as refundable_amount
    from approved
),

classified as (
    select
        *,
        case
            when known_state_code is not null then known_state_code
            when delivered_state is null then 'N/A'
            else 'Unknown'
        end as state_code,
        case
            when coalesce(rebill_depth, case when is_recurring then 1 else 0 end) > 0 then 'rebill'
            when coalesce(parent_orders_id, '0') not in ('0', orders_id) then 'upsell'
            else 'first'
        end as order_kind,
        rebill_depth is not null or is_recurring is not null or parent_orders_id is not null
            as has_order_kind,
        case when is_refunded then refundable_amount else 0 end as refunded_amount,
        case  -- what was not refunded, so that no dollar is deducted twice
            when not is_chargeback then 0
            when is_refunded then gross_amount - refundable_amount
            else gross_amount
        end as chargeback_amount,
        case when order_status = 'NEW' and total_amount > core_order_amount then total_amount end
            as core_amount
    from refunded
)

select
    -- keys
    client_id,
    raw_table,
    file_name,
    row_id,
    orders_id,
    file_date,

    -- dimensions
    order_date,
    advertiser_id,
    customer_hash,
    order_status,
    order_kind,
    product_category,
    state_code,
    campaign_id,
    afid,
    sid,
    c1,
    c2,
    c3,
    currency,

    -- measures
    total_amount,
    cast(gross_amount as decimal(18, 4)) as gross_amount,
    cast(refunded_amount as decimal(18, 4)) as refunded_amount,
    cast(chargeback_amount as decimal(18, 4)) as chargeback_amount,
    core_amount,

    -- flags
    is_test,
    is_attempted,
    is_approved,
    is_declined,
    is_refunded,
    is_chargeback,
    has_order_kind,
    has_unparsed_text
from classified
