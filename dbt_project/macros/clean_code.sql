{#
  A vendor's code (a status, a currency) trimmed and upper-cased.
  ASCII only, spelled out, for the reason that clean_id gives.
#}
{% macro clean_code(column) -%}
    translate(
        trim(both ' ' from {{ column }}),
        'abcdefghijklmnopqrstuvwxyz',
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    )
{%- endmacro %}
