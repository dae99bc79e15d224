{# An id as both sides of the merge write it: trimmed and lower-cased, ASCII only. #}
{% macro clean_id(column) -%}
    {{ ascii_case("trim(both ' ' from cast(" ~ column ~ " as " ~ dbt.type_string() ~ "))", 'lower') }}
{%- endmacro %}
