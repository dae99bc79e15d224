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
        sum(case when first_approved_date is not null then all_orders else 0 end) as approvals,
        sum(case when first_declined_date is not null then all_orders else 0 end) as declines,
        sum(case when first_refunded_date is not null then all_orders else 0 end) as refunds,
        sum(case when first_chargeback_date is not null then all_orders else 0 end) as chargebacks
    from {{ ref('int_orders__by_history') }}
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
