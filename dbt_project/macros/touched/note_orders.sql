{#
  Notes when and whose the touched orders in an incremental model are, so that their days and customers are
  touched too. Where the model is new, so are those that would ask.
#}
{% macro note_orders(orders) -%}
{%- set touched = is_touched('orders_id') -%}
{% if is_incremental() %}
    insert into {{ ref('int_orders__touched') }}
    (client_id, orders_id, order_date, customer_hash, is_made)
    select
        client_id,
        orders_id,
        order_date,
        customer_hash,
        false as is_made
    from {{ orders }}
    where {{ touched }}
{% endif %}
{%- endmacro %}
