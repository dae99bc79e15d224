-- Net is gross less what went back, an attempted order is approved or declined, only approved
-- orders have money, and every order has its advertiser. One test, as each would scan all orders
-- again; no foreign key for the last, which Postgres would check again for each order. Orders that
-- were not touched since they were last looked at are passed over.
-- depends_on: {{ ref('int_orders__touched') }}
with orders as (
    select * from {{ ref('fct_orders') }}
    {% if not everything_is_touched() %}
        where {{ is_touched('orders_id') }}
    {% endif %}
),

advertisers as (
    select
        client_id,
        advertiser_id,
        true as is_known
    from {{ ref('dim_advertisers') }}
),

placed as (
    select
        orders.*,
        advertisers.is_known
    from orders
    left join advertisers
        on
            orders.client_id = advertisers.client_id
            and orders.advertiser_id = advertisers.advertiser_id
),

judged as (
    select
        client_id,
        orders_id,
        case
            when net_amount is null or is_approved is null or is_declined is null
                then 'something is unknown'
            when net_amount <> gross_amount - refunded_amount - chargeback_amount
                then 'net is not gross less what went back'
            when net_amount < 0 and gross_amount >= 0
                then 'more went back than was paid'
            when is_attempted and is_approved = is_declined
                then 'attempted, and not either approved or declined'
            when not is_attempted and (is_approved or is_declined)
                then 'not attempted, and approved or declined'
            when not is_approved and (gross_amount <> 0 or is_refunded or is_chargeback)
                then 'not approved, and with money'
            when order_kind not in ('first', 'rebill', 'upsell', 'unknown') then 'no such kind'
            when is_known is null then 'no such advertiser'
        end as broken_rule
    from placed
)

select
    client_id,
    orders_id,
    broken_rule
from judged
where broken_rule is not null
