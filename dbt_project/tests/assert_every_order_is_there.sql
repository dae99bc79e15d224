-- An order may not be lost between the files and the marts, nor made of deleted rows: every row
-- that the ledger counts is read, every row that is read is an event of one order, and what is kept
-- in sums is what all orders come to. This looks at all rows of all orders; when it fails,
-- `signalroom build` makes the orders again.
{% set attempted = 'case when is_attempted then 1 end' %}
{% set approved = 'case when is_approved then 1 end' %}
{% set customer = 'case when customer_hash is not null then {} end' %}
{% set arrived = 'arrived_approved_amount + arrived_declined_amount' %}
{% set taken_back = 'arrived_refunded_amount + arrived_chargeback_amount' %}
-- what is summed -> in the orders, and in each place that has to come to the same
{% set figures = {
    'events': ('order_events', {'stored': '1', 'summed': 'order_events'}),
    'all_orders': ('1', {'summed': 'all_orders', 'histories': 'all_orders'}),
    'orders': (attempted, {'summed': 'orders', 'histories': 'orders'}),
    'approved_orders': (approved, {'summed': 'approved_orders', 'histories': 'approved_orders'}),
    'revenue': ('gross_amount', {'summed': 'order_revenue'}),
    'core_revenue': ('core_amount', {'summed': 'core_revenue'}),
    'arrived': (arrived, {'histories': arrived}),
    'taken_back': (taken_back, {'histories': taken_back}),
    'customers_orders': (customer.format('1'), {'customers': 'all_orders'}),
    'customers_revenue': (customer.format('gross_amount'), {'customers': 'revenue'}),
} %}
{% set places = {
    'stored': 'int_order_events__stored',
    'summed': 'int_orders__summed',
    'histories': 'int_orders__by_history',
    'customers': 'int_customers__by_state',
} %}
with ledger as (
    select
        client_id,
        sum(rows_written) as file_rows
    from {{ ref('stg_ops__loaded_files') }}
    where raw_table in ('orders_create', 'orders_update')
    group by client_id
),

{% for place, model in places.items() %}
    {{ place }} as (
        select
            {% for figure, (_, summed) in figures.items() if place in summed %}
                coalesce(sum({{ summed[place] }}), 0) as {{ figure }},
            {% endfor %}
            client_id
        from {{ ref(model) }}
        group by client_id
    ),
{% endfor %}

present as (
    select
        {% for figure, (summed, _) in figures.items() %}
            coalesce(sum({{ summed }}), 0) as {{ figure }},
        {% endfor %}
        client_id
    from {{ ref('int_orders__latest') }}
    group by client_id
)

select
    client_id,
    ledger.file_rows as ledger_rows,
    stored.events as stored_rows,
    present.events as order_events,
    present.all_orders,
    summed.all_orders as summed_orders
from ledger
full outer join present using (client_id)
{% for place in places %}
    full outer join {{ place }} using (client_id)
{% endfor %}
where
    coalesce(ledger.file_rows, 0) <> coalesce(stored.events, 0)
    {% for figure, (_, summed) in figures.items() %}
        {% for place in summed %}
            or coalesce(present.{{ figure }}, 0) <> coalesce({{ place }}.{{ figure }}, 0)
        {% endfor %}
    {% endfor %}
