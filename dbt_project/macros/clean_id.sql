{#
  An id as both sides of the merge write it: trimmed and lower-cased, ASCII only. It is trimmed last, as
  ascii_case names its text three times.
#}
{% macro clean_id(column) -%}
    trim(both ' ' from {{ ascii_case("cast(" ~ column ~ " as " ~ dbt.type_string() ~ ")", 'lower') }})
{%- endmacro %}
