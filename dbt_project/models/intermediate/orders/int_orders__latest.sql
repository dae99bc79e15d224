-- An order is what its newest event says; what its earlier events say is when each state arrived.
-- Incremental by order: touched orders are forgotten, then those that still have events are made
-- again; what they were and what they are is noted, for the sums of their days and customers.
{{
    config(
        pre_hook=[
            "{{ note_orders(this) }}",
            "{{ forget_touched('orders_id') }}",
            "{{ on_one_thread() }}",
        ],
        post_hook=["{{ on_all_threads() }}", "{{ note_orders(this) }}", "{{ analyze_touched() }}"],
    )
}}
{% set amounts = {
    'approval': 'case when is_approved then gross_amount end',
    'decline': 'declined_amount',
    'refund': 'refunded_amount',
    'chargeback': 'chargeback_amount',
} %}
with events as (
    select
        *,
        case raw_table when 'orders_create' then 1 else 0 end as creations,
        case when is_declined then coalesce(own_amount, 0) end as declined_amount
    from {{ ref('int_order_events__filled') }}
),

numbered as (
    select
        *,
        row_number() over history as event_number,
        count(*) over whole_history as order_events,
        sum(creations) over history as creation_number,
        sum(creations) over whole_history as all_creations,
        -- the frame of an ordered window ends with the row itself: 1 is the first of its state
        sum(case when is_approved then 1 else 0 end) over history as approval_number,
        sum(case when is_declined then 1 else 0 end) over history as decline_number,
        sum(case when is_refunded then 1 else 0 end) over history as refund_number,
        sum(case when is_chargeback then 1 else 0 end) over history as chargeback_number
    from events
    window
        history as (
            partition by client_id, orders_id
            order by {{ history_of_order('events') }}
            rows between unbounded preceding and current row
        ),
        whole_history as (partition by client_id, orders_id)
),

arrived as (  -- windows and no join: Postgres takes few new orders for one, and would try all pairs
    select
        *,
        min(file_date) over whole_history as first_file_date,
        max(case when creations = 1 and creation_number = all_creations then core_amount end)
            over whole_history as created_core_amount,
        min(case when is_approved then file_date end) over whole_history as first_approved_date,
        min(case when is_declined then file_date end) over whole_history as first_declined_date,
        min(case when is_refunded then file_date end) over whole_history as first_refunded_date,
        min(case when is_chargeback then file_date end) over whole_history
            as first_chargeback_date,
        sum(case when is_approved and approval_number = 1 then gross_amount else 0 end)
            over whole_history as arrived_approved_amount,
        sum(
            case when is_declined and decline_number = 1 then declined_amount else 0 end
        ) over whole_history as arrived_declined_amount,
        sum(case when is_refunded and refund_number = 1 then refunded_amount else 0 end)
            over whole_history as arrived_refunded_amount,
        sum(case when is_chargeback and chargeback_number = 1 then chargeback_amount else 0 end)
            over whole_history as arrived_chargeback_amount,
        {% for state, amount in amounts.items() %}
            coalesce(
                min(case when {{ state }}_number > 0 then {{ amount }} end) over whole_history
                <> max(case when {{ state }}_number > 0 then {{ amount }} end) over whole_history,
                false
            ) {{ 'or' if not loop.last else 'as has_changed_amounts' }}
        {% endfor %}
    from numbered
    window whole_history as (partition by client_id, orders_id)
),

newest as (  -- one row per order
    select
        *,
        coalesce(order_date, first_file_date) as known_order_date,
        order_date is null as is_order_date_imputed
    from arrived
    where event_number = order_events
)

select
    -- keys
    client_id,
    orders_id,

    -- dimensions
    known_order_date as order_date,
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
    gross_amount,
    refunded_amount,
    chargeback_amount,
    created_core_amount as core_amount,
    cast(arrived_approved_amount as decimal(18, 4)) as arrived_approved_amount,
    cast(arrived_declined_amount as decimal(18, 4)) as arrived_declined_amount,
    cast(arrived_refunded_amount as decimal(18, 4)) as arrived_refunded_amount,
    cast(arrived_chargeback_amount as decimal(18, 4)) as arrived_chargeback_amount,

    -- flags
    is_test,
    is_attempted,
    is_approved,
    is_declined,
    is_refunded,
    is_chargeback,
    has_order_kind,
    is_order_date_imputed,
    has_unparsed_text,
    has_changed_amounts,

    -- arrival
    first_file_date,
    file_date as last_file_date,
    first_approved_date,
    first_declined_date,
    first_refunded_date,
    first_chargeback_date,

    -- events
    order_events
from newest
