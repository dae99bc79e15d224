{# A number in floating point, for roots and rates that nobody adds up: equal to the bit everywhere. #}
{% macro as_double(number) -%}
    {{ return(adapter.dispatch('as_double')(number)) }}
{%- endmacro %}

{% macro default__as_double(number) -%}
    cast({{ number }} as double)
{%- endmacro %}

{% macro postgres__as_double(number) -%}
    cast({{ number }} as double precision)
{%- endmacro %}
