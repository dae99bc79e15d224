{#
  A trimmed text as a number: digits, a sign before them, and a point among them where the type has
  one. Anything else is NULL on every engine; left alone, each has its own idea of 1e5, 1_000, NaN and
  0x1F, and DuckDB rounds 1.5 to a bigint where Postgres refuses it.
#}
{% macro parse_number(text, data_type) -%}
    case when {{ is_number(text, whole=data_type == 'bigint') }} then {{ try_cast(text, data_type) }} end
{%- endmacro %}
