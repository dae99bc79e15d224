{# A text to sort by, byte by byte on every engine; Postgres would sort by the server's collation. #}
{% macro byte_order(text) -%}
    {{ return(adapter.dispatch('byte_order')(text)) }}
{%- endmacro %}

{% macro default__byte_order(text) -%}
    {{ text }}
{%- endmacro %}

{% macro postgres__byte_order(text) -%}
    {{ text }} collate "C"
{%- endmacro %}
