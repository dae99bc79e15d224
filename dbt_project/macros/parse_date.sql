{#
  A trimmed text as a date: 2025-12-17, or the day of 2025-12-17 10:11:12. Anything else is NULL on
  every engine; left alone, Postgres takes 12/17/2025 by its DateStyle, and 'today'.
#}
{% macro parse_date(text) -%}
    case
        when
            length({{ text }}) in (10, 19)
            and translate({{ text }}, '0123456789', '') in ('--', '-- ::', '--T::')
            and substring({{ text }}, 5, 1) = '-'
            and substring({{ text }}, 8, 1) = '-'
            and substring({{ text }}, 1, 4) <> '0000'
            then {{ try_cast('substring(' ~ text ~ ', 1, 10)', 'date') }}
    end
{%- endmacro %}
