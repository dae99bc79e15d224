{#
  A field of a JSON object as text: a text or a whole number of at most 18 characters; NULL for anything
  else, because each engine writes fractions, lists and objects in its own way.
#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text')(column, key)) }}
{%- endmacro %}

{% macro default__json_text(column, key) -%}
    {%- set path = "'$.\"" ~ key ~ "\"'" -%}
    {%- set value = 'json_extract_string(' ~ column ~ ', ' ~ path ~ ')' -%}
    case
        when json_type({{ column }}, {{ path }}) = 'VARCHAR'
            or (
                json_type({{ column }}, {{ path }}) in ('UBIGINT', 'BIGINT')
                and length({{ value }}) <= 18
            )
            then {{ value }}
    end
{%- endmacro %}

{% macro postgres__json_text(column, key) -%}
    case
        when jsonb_typeof(cast({{ column }} as jsonb) -> '{{ key }}') = 'string'
            or ({{ column }} ->> '{{ key }}') ~ '^[-0-9][0-9]{0,17}$'
            then {{ column }} ->> '{{ key }}'
    end
{%- endmacro %}

{% macro spark__json_text(column, key) -%}
    {#- Spark tells no types: a fraction or true passes for a text there -#}
    case
        when substring(get_json_object({{ column }}, '$.{{ key }}'), 1, 1) not in ('{', '[')
            then get_json_object({{ column }}, '$.{{ key }}')
    end
{%- endmacro %}
