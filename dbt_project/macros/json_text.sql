{#
  A field of a JSON object as text: a text, or a whole number of at most 18 characters however it is
  spelled (1e16, 1.0, -0); NULL for anything else, because each engine writes fractions, lists and
  objects in its own way.
#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text')(column, key)) }}
{%- endmacro %}

{% macro default__json_text(column, key) -%}
    {%- set path = "'$.\"" ~ key ~ "\"'" -%}
    {%- set value = 'json_extract_string(' ~ column ~ ', ' ~ path ~ ')' -%}
    case json_type({{ column }}, {{ path }})
        when 'VARCHAR' then {{ plain_text(value) }}
        when 'UBIGINT' then case when length({{ value }}) <= 18 then {{ value }} end
        when 'BIGINT' then case when length({{ value }}) <= 18 then cast(cast({{ value }} as bigint) as varchar) end
        when 'DOUBLE'
            then case
                when
                    cast({{ value }} as double) = trunc(cast({{ value }} as double))
                    and cast({{ value }} as double) > -1e17
                    and cast({{ value }} as double) < 1e18
                    then cast(cast(cast({{ value }} as double) as bigint) as varchar)
            end
    end
{%- endmacro %}

{% macro postgres__json_text(column, key) -%}
    {%- set value = column ~ " ->> '" ~ key ~ "'" -%}
    case jsonb_typeof(cast({{ column }} as jsonb) -> '{{ key }}')
        when 'string' then {{ plain_text(value) }}
        when 'number'
            then case
                when
                    cast({{ value }} as numeric) = trunc(cast({{ value }} as numeric))
                    and cast({{ value }} as numeric) > -1e17
                    and cast({{ value }} as numeric) < 1e18
                    then cast(trunc(cast({{ value }} as numeric)) as text)
            end
    end
{%- endmacro %}

{% macro spark__json_text(column, key) -%}
    {#- Spark tells no types: a fraction or true passes for a text there -#}
    case
        when substring(get_json_object({{ column }}, '$.{{ key }}'), 1, 1) not in ('{', '[')
            then {{ plain_text("get_json_object(" ~ column ~ ", '$." ~ key ~ "')") }}
    end
{%- endmacro %}
