-- What an order has in a state, and when that counts: it is approved or declined by the events that
-- say so; from its first refund or chargeback on, an event without one says that it was taken back.
{% set amounts = {
    'approved': ('gross_amount', 'is_approved'),
    'declined': ('declined_amount', 'is_declined'),
    'refunded': ('refunded_amount', 'refund_number > 0'),
    'chargeback': ('chargeback_amount', 'chargeback_number > 0'),
} %}
with advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

histories as (  -- an order enters each state once, on the day a file first said so
    select
        client_id,
        advertiser_id,
        first_approved_date,
        first_declined_date,
        first_refunded_date,
        first_chargeback_date,
        count(*) as orders,
        sum(arrived_approved_amount) as approved_amount,
        sum(arrived_declined_amount) as declined_amount,
        sum(arrived_refunded_amount) as refunded_amount,
        sum(arrived_chargeback_amount) as chargeback_amount
    from {{ ref('int_orders__latest') }}
    group by
        client_id,
        advertiser_id,
        first_approved_date,
        first_declined_date,
        first_refunded_date,
        first_chargeback_date
),

changed_orders as (
    select
        client_id,
        orders_id,
        advertiser_id
    from {{ ref('int_orders__latest') }}
    where has_changed_amounts
),

changed_events as (
    select  -- noqa: ST06
        events.client_id,
        events.orders_id,
        changed_orders.advertiser_id,
        events.file_date as report_date,
        events.is_approved,
        events.is_declined,
        events.gross_amount,
        coalesce(events.own_amount, 0) as declined_amount,
        events.refunded_amount,
        events.chargeback_amount,
        row_number() over history as event_number,
        sum(case when events.is_refunded then 1 else 0 end) over history as refund_number,
        sum(case when events.is_chargeback then 1 else 0 end) over history as chargeback_number
    from {{ ref('int_order_events__filled') }} as events
    inner join changed_orders
        on
            events.client_id = changed_orders.client_id
            and events.orders_id = changed_orders.orders_id
    window history as (
        partition by events.client_id, events.orders_id
        order by {{ history_of_order('events') }}
        rows between unbounded preceding and current row
    )
),

changes as (  -- a refund that grew or shrank: the difference, on the day a file said so
    {% for state, (amount, counts) in amounts.items() %}
        select
            client_id,
            advertiser_id,
            report_date,
            '{{ state }}' as arrival,
            0 as orders,
            {{ amount }} - lag({{ amount }}) over (
                partition by client_id, orders_id order by event_number
            ) as amount
        from changed_events
        where {{ counts }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

arrivals as (
    select
        client_id,
        advertiser_id,
        report_date,
        arrival,
        orders,
        amount
    from changes
    where amount <> 0
    union all
    {% for state in ['approved', 'declined', 'refunded', 'chargeback'] %}
        select
            client_id,
            advertiser_id,
            first_{{ state }}_date as report_date,
            '{{ state }}' as arrival,
            orders,
            {{ state }}_amount as amount
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
