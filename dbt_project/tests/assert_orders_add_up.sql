-- Net is gross less what went back, an attempted order is approved or declined, only approved orders
-- have money, and every order has its advertiser. One test, as each would scan all orders anew; no
-- foreign key for the last, which Postgres would check again for each order.
with orders as (
    select
        client_id,
        orders_id,
        case
            when net_amount is null or is_approved is null or is_declined is null
                then 'something is unknown'
            when
                net_amount <> gross_amount - refunded_amount - chargeback_amount
                or (net_amount < 0 and gross_amount >= 0)
                then 'net is not gross less what went back'
            when is_attempted and is_approved = is_declined
                then 'attempted is not either approved or declined'
            when not is_attempted and (is_approved or is_declined)
                then 'not attempted is approved or declined'
            when not is_approved and (gross_amount <> 0 or is_refunded or is_chargeback)
                then 'not approved has money'
            when order_kind not in ('first', 'rebill', 'upsell', 'unknown') then 'unknown kind'
            when advertisers.advertiser_id is null then 'no such advertiser'
        end as broken_rule
    from {{ ref('fct_orders') }}
    left join {{ ref('dim_advertisers') }} as advertisers using (client_id, advertiser_id)
)

select * from orders
where broken_rule is not null
