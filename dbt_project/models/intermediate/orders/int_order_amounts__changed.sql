-- Amounts of an order that grew or shrank in a state: the difference, on the day a file said so. An
-- order is approved or declined by the events that say so; from its first refund or chargeback on,
-- an event without one says that it was taken back. Incremental by order.
{{ config(pre_hook="{{ forget_touched('orders_id') }}") }}
{% set amounts = {
    'approved': ('gross_amount', 'is_approved'),
    'declined': ('declined_amount', 'is_declined'),
    'refunded': ('refunded_amount', 'refund_number > 0'),
    'chargeback': ('chargeback_amount', 'chargeback_number > 0'),
} %}
with changed_orders as (
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

changes as (
    {% for state, (amount, counts) in amounts.items() %}
        select
            client_id,
            orders_id,
            advertiser_id,
            report_date,
            '{{ state }}' as arrival,
            {{ amount }} - lag({{ amount }}) over (
                partition by client_id, orders_id order by event_number
            ) as amount
        from changed_events
        where {{ counts }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from changes
where amount <> 0
