{#
  A trimmed text as a date of this century: 2025-12-17, 20251217, 2025/12/17, or 12/17/2025, the month
  first; the day as it is written of one with a time, whatever its offset. Anything else is NULL on
  every engine; left alone, Postgres reads 12/17/2025 by its DateStyle, and takes 'today'.
#}
{% macro parse_date(text) -%}
    {%- set time = "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)? ?" -%}
    {%- set zone = "(Z|UTC|[-+][0-9]{2}(:?[0-9]{2})?)?" -%}
    {%- set written = "split_part(" ~ text ~ ", ' ', 1)" -%}
    {%- set day -%}
        case
            when {{ matches(text, "'^20[0-9]{2}-[0-9]{2}-[0-9]{2}$'") }} then {{ text }}
            when {{ matches(text, "'^20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T]" ~ time ~ zone ~ "$'") }}
                then substring({{ text }}, 1, 10)
            when {{ matches(text, "'^20[0-9]{2}/[0-9]{1,2}/[0-9]{1,2}( " ~ time ~ ")?$'") }}
                then split_part({{ written }}, '/', 1)
                    || '-' || lpad(split_part({{ written }}, '/', 2), 2, '0')
                    || '-' || lpad(split_part({{ written }}, '/', 3), 2, '0')
            when {{ matches(text, "'^[0-9]{1,2}/[0-9]{1,2}/20[0-9]{2}( " ~ time ~ "([AaPp][Mm])?)?$'") }}
                then split_part({{ written }}, '/', 3)
                    || '-' || lpad(split_part({{ written }}, '/', 1), 2, '0')
                    || '-' || lpad(split_part({{ written }}, '/', 2), 2, '0')
            when {{ matches(text, "'^20[0-9]{6}$'") }}
                then substring({{ text }}, 1, 4)
                    || '-' || substring({{ text }}, 5, 2)
                    || '-' || substring({{ text }}, 7, 2)
        end
    {%- endset -%}
    {{ try_cast(day, 'date') }}
{%- endmacro %}
