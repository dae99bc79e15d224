{#
  Notes when and whose the touched orders in an incremental model are, so that their days and customers are
  touched too. Where the model is new, so are those that would ask.
#}
{% macro note_orders(orders) -%}
{%- set touched = is_touched('known', 'orders_id') -%}
{% if is_incremental() %}
    insert into {{ ref('int_orders__touched') }}
    (client_id, orders_id, order_date, customer_hash, is_made)
    select
        known.client_id,
        known.orders_id,
        known.order_date,
        known.customer_hash,
        false as is_made
    from {{ orders }} as known
    where {{ touched }}
{% endif %}
{%- endmacro %}
