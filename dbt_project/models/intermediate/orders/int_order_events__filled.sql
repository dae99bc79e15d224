-- What became of an order and what it was worth, event by event. An update that leaves cells blank
-- says nothing of them: what the events before it said stands. Product, buyer and place are facts,
-- and stand in any case; of the rest a blank cell says no, such as an empty flag, unless the update
-- lacks what every event has. Only orders with such an update pay for that.
-- Holds the events of touched orders alone, for the models that make these orders again.
{{ config(pre_hook="{% if is_incremental() %} truncate table {{ this }} {% endif %}") }}
{% set columns = {
    'max': [
        'email_hash', 'number_hash', 'product_category', 'advertiser_id', 'state_code', 'country',
        'order_status', 'order_kind', 'campaign_id', 'afid', 'sid', 'c1', 'c2', 'c3', 'currency',
        'order_date', 'total_amount', 'refund_amount',
    ],
    'bool_or': ['has_refund_flag', 'has_chargeback_flag', 'is_test'],
} %}
{% set blank = {
    'email_hash': 'lacks_cells or lacks_facts',
    'number_hash': 'lacks_cells or lacks_facts',
    'product_category': 'lacks_cells or lacks_facts',
    'advertiser_id': 'lacks_cells or lacks_facts',
    'state_code': 'lacks_cells or lacks_place',
    'country': 'lacks_cells or lacks_place',
} %}
{% set kept = [
    'client_id', 'raw_table', 'file_name', 'row_id', 'orders_id', 'file_date', 'core_amount',
    'is_other_currency', 'has_unparsed_text', 'lacks_cells', 'issues', 'file_sort_key',
] %}
with events as (
    select
        *,
        case when has_email then customer_hash end as email_hash,
        case when not has_email then customer_hash end as number_hash,
        coalesce(lacks_facts, false) and state_code is null and country is null as lacks_place
    from {{ ref('int_order_events__stored') }}
    where {{ only_touched('orders_id') }}
),

clients as (
    select * from {{ ref('clients') }}
),

partial_orders as (
    select distinct
        client_id,
        orders_id
    from events
    where lacks_cells or lacks_facts
),

counted as (  -- the events that say something of a column, up to each event: they number its values
    select
        events.*,
    {% for column in columns['max'] + columns['bool_or'] %}
        count(events.{{ column }}) over history as {{ column }}_values{{ ',' if not loop.last }}
    {% endfor %}
    from events
    inner join partial_orders
        on
            events.client_id = partial_orders.client_id
            and events.orders_id = partial_orders.orders_id
    window history as (
        partition by events.client_id, events.orders_id
        order by {{ history_of_order('events') }}
        rows between unbounded preceding and current row
    )
),

remembered as (
    select
        *,
        {% for aggregate, names in columns.items() %}
            {% for column in names %}
                {{ aggregate }}({{ column }})
                    over (partition by client_id, orders_id, {{ column }}_values)
                    as known_{{ column }},
            {% endfor %}
        {% endfor %}
        max(status_meaning) over (partition by client_id, orders_id, order_status_values)
            as known_status_meaning
    from counted
),

filled as (
    select
    {% for column in kept + ['status_meaning'] + columns['max'] + columns['bool_or'] %}
            events.{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from events
    left join partial_orders
        on
            events.client_id = partial_orders.client_id
            and events.orders_id = partial_orders.orders_id
    where partial_orders.client_id is null
    union all
    select
        {% for column in kept %}
            {{ column }},
        {% endfor %}
    {% for column in ['status_meaning'] + columns['max'] + columns['bool_or'] %}
        case
            when {{ blank[column] | default('lacks_cells') }} then known_{{ column }}
            else {{ column }}
        end as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from remembered
),

attempted as (  -- money of another currency is in no sum
    select
        filled.*,
        case
            when {{ names_currency('filled.currency', 'clients.currency') }} then clients.currency
            else filled.currency
        end as known_currency,
        case
            when
                filled.is_other_currency
                or not ({{ names_currency('filled.currency', 'clients.currency') }})
                then null
            else filled.total_amount
        end as own_amount,
        not coalesce(filled.is_test, false)
        and coalesce(filled.status_meaning in ('approved', 'declined', 'refunded'), false)
            as is_attempted
    from filled
    left join clients on filled.client_id = clients.client_id
),

approved as (  -- what was refunded or is void was approved once
    select
        *,
        is_attempted and status_meaning = 'declined' as is_declined,
        is_attempted and status_meaning <> 'declined' as is_approved,
        case
            when is_attempted and status_meaning <> 'declined' then coalesce(own_amount, 0) else 0
        end as gross_amount
    from attempted
),

refunded as (  -- without a smaller amount of its own, a refund is the whole order
    select
        *,
        is_approved and coalesce(has_chargeback_flag, false) as is_chargeback,
        is_approved
        and (
            coalesce(has_refund_flag, false)
            or status_meaning = 'refunded'
            or coalesce(refund_amount, 0) > 0
        ) as is_refunded,
        case
            when refund_amount > 0 and refund_amount < gross_amount then refund_amount
            else gross_amount
        end as refundable_amount
    from approved
)

select  -- noqa: ST06
    -- keys
    client_id,
    raw_table,
    file_name,
    row_id,
    orders_id,
    file_date,
    file_sort_key,

    -- dimensions
    order_date,
    coalesce(advertiser_id, -1) as advertiser_id,
    coalesce(email_hash, number_hash) as customer_hash,
    order_status,
    coalesce(order_kind, 'first') as order_kind,
    product_category,
    case
        when country = 'abroad' then 'Abroad'
        when country = 'unknown' then 'Unknown'
        else coalesce(state_code, 'N/A')
    end as state_code,
    campaign_id,
    afid,
    sid,
    c1,
    c2,
    c3,
    known_currency as currency,

    -- measures
    total_amount,
    own_amount,
    cast(gross_amount as decimal(18, 4)) as gross_amount,
    cast(case when is_refunded then refundable_amount else 0 end as decimal(18, 4))
        as refunded_amount,
    cast(
        case  -- what was not refunded, so that no dollar is deducted twice
            when not is_chargeback then 0
            when is_refunded then gross_amount - refundable_amount
            else gross_amount
        end as decimal(18, 4)
    ) as chargeback_amount,
    core_amount,

    -- flags
    coalesce(is_test, false) as is_test,
    is_attempted,
    is_approved,
    is_declined,
    is_refunded,
    is_chargeback,
    order_kind is not null as has_order_kind,
    has_unparsed_text,

    -- what is not understood
    lacks_cells,
    issues
from refunded
