{# A vendor's code (a status, a currency) trimmed and upper-cased, ASCII only. #}
{% macro clean_code(column) -%}
    {{ ascii_case("trim(both ' ' from " ~ column ~ ")", 'upper') }}
{%- endmacro %}
