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

{# A condition that holds while not everything is touched: to note each order then would be for nothing. #}
{% macro are_some_untouched() -%}
not exists (
    select 1
    from {{ ref('int_orders__touched') }} as touched
    where touched.client_id is null
)
{%- endmacro %}
