{#
  A text as another type, NULL where it is not one: dbt's own safe_cast raises on all our engines.
  What counts as a number or a date differs between engines; parse_number and parse_date say first
  which spellings are meant.
#}
{% macro try_cast(text, data_type) -%}
    {{ return(adapter.dispatch('try_cast')(text, data_type)) }}
{%- endmacro %}

{% macro default__try_cast(text, data_type) -%}
    try_cast({{ text }} as {{ data_type }})
{%- endmacro %}

{% macro postgres__try_cast(text, data_type) -%}
    {#- the cast is outside the case, else the decimal's scale is lost -#}
    cast(case when pg_input_is_valid({{ text }}, '{{ data_type }}') then {{ text }} end as {{ data_type }})
{%- endmacro %}
