-- Every order arrives once in each state it was ever in, whatever it is now.
with arrivals as (
    select
        client_id,
        advertiser_id,
        sum(approvals) as approvals,
        sum(declines) as declines,
        sum(refunds) as refunds,
        sum(chargebacks) as chargebacks
    from {{ ref('fct_order_events_daily') }}
    group by client_id, advertiser_id
),

orders as (
    select
        client_id,
        advertiser_id,
        count(first_approved_date) as approvals,
        count(first_declined_date) as declines,
        count(first_refunded_date) as refunds,
        count(first_chargeback_date) as chargebacks
    from {{ ref('fct_orders') }}
    group by client_id, advertiser_id
)

select
    client_id,
    advertiser_id,
    arrivals.approvals as arrived_approvals,
    orders.approvals as order_approvals
from arrivals
full outer join orders using (client_id, advertiser_id)
where
    coalesce(arrivals.approvals, 0) <> coalesce(orders.approvals, 0)
    or coalesce(arrivals.declines, 0) <> coalesce(orders.declines, 0)
    or coalesce(arrivals.refunds, 0) <> coalesce(orders.refunds, 0)
    or coalesce(arrivals.chargebacks, 0) <> coalesce(orders.chargebacks, 0)
