with advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

histories as (  -- an order enters each state once, on the day a file first said so
    select * from {{ ref('int_orders__by_history') }}
),

changes as (  -- a refund that grew or shrank
    select * from {{ ref('int_order_amounts__changed') }}
),

arrivals as (
    select
        client_id,
        advertiser_id,
        report_date,
        arrival,
        0 as orders,
        amount
    from changes
    union all
    {% for state in ['approved', 'declined', 'refunded', 'chargeback'] %}
        select
            client_id,
            advertiser_id,
            first_{{ state }}_date as report_date,
            '{{ state }}' as arrival,
            all_orders as orders,
            arrived_{{ state }}_amount as amount
        from histories
        where first_{{ state }}_date is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

summed as (
    select
        client_id,
        report_date,
        advertiser_id,
        sum(case when arrival = 'approved' then orders else 0 end) as approvals,
        sum(case when arrival = 'declined' then orders else 0 end) as declines,
        sum(case when arrival = 'refunded' then orders else 0 end) as refunds,
        sum(case when arrival = 'chargeback' then orders else 0 end) as chargebacks,
        sum(case when arrival = 'approved' then amount else 0 end) as approved_amount,
        sum(case when arrival = 'declined' then amount else 0 end) as declined_amount,
        sum(case when arrival = 'refunded' then amount else 0 end) as refunded_amount,
        sum(case when arrival = 'chargeback' then amount else 0 end) as chargeback_amount
    from arrivals
    group by client_id, report_date, advertiser_id
)

select
    -- keys
    summed.client_id,
    cast(summed.report_date as date) as report_date,
    summed.advertiser_id,

    -- dimensions
    advertisers.advertiser_label,

    -- measures
    cast(summed.approvals as bigint) as approvals,
    cast(summed.approved_amount as decimal(18, 4)) as approved_amount,
    cast(summed.declines as bigint) as declines,
    cast(summed.declined_amount as decimal(18, 4)) as declined_amount,
    cast(summed.refunds as bigint) as refunds,
    cast(summed.refunded_amount as decimal(18, 4)) as refunded_amount,
    cast(summed.chargebacks as bigint) as chargebacks,
    cast(summed.chargeback_amount as decimal(18, 4)) as chargeback_amount
from summed
left join advertisers
    on
        summed.client_id = advertisers.client_id
        and summed.advertiser_id = advertisers.advertiser_id
