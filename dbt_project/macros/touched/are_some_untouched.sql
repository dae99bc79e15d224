{# A condition that holds while not everything is touched: to note each order then would be for nothing. #}
{% macro are_some_untouched() -%}
not exists (
    select 1
    from {{ ref('int_orders__touched') }} as touched
    where touched.client_id is null
)
{%- endmacro %}
