{#
  A condition that holds for rows whose `key` (orders_id, order_date or customer_hash) is touched, see
  int_orders__touched. `rows` is the alias of their query.
#}
{% macro is_touched(rows, key) -%}
exists (
    select 1
    from {{ ref('int_orders__touched') }} as touched
    where touched.client_id = {{ rows }}.client_id and touched.{{ key }} = {{ rows }}.{{ key }}
)
{%- endmacro %}
