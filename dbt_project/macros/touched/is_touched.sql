{#
  A condition that holds for rows whose `key` (orders_id, order_date or customer_hash) is touched, see
  int_orders__touched. Not `exists`: DuckDB then may look at all rows, where it passes over blocks that
  hold none of these.
#}
{% macro is_touched(key) -%}
(client_id, {{ key }}) in (
    select
        touched.client_id,
        touched.{{ key }}
    from {{ ref('int_orders__touched') }} as touched
)
{%- endmacro %}
