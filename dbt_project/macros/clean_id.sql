{#
  An id as both sides of the merge write it: trimmed and lower-cased.
  ASCII only, spelled out: lower() follows the server's locale on Postgres, Unicode on DuckDB.
#}
{% macro clean_id(column) -%}
    translate(
        trim(both ' ' from cast({{ column }} as {{ dbt.type_string() }})),
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        'abcdefghijklmnopqrstuvwxyz'
    )
{%- endmacro %}
