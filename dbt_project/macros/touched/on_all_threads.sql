{# Ends what on_one_thread began. #}
{% macro on_all_threads() -%}
    {{ 'reset threads' if target.type == 'duckdb' }}
{%- endmacro %}
