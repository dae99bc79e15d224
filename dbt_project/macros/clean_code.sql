{# A vendor's code (a status, a currency) trimmed and upper-cased, ASCII only. #}
{% macro clean_code(column) -%}
    trim(both ' ' from {{ ascii_case(column, 'upper') }})
{%- endmacro %}
