{#
  Tells Postgres' planner of the rows that were just written to int_orders__touched: it takes them for a
  handful otherwise, and compares each event with each.
#}
{% macro analyze_touched() -%}
    {%- set touched = ref('int_orders__touched') -%}
    {{ 'analyze ' ~ touched if target.type == 'postgres' }}
{%- endmacro %}
