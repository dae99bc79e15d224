{#
  A text without the blanks around it, tabs, line ends and hard blanks among them. DuckDB takes long to
  trim and is asked only where there is something: few texts have any.
#}
{% macro without_blanks(text) -%}
    {{ return(adapter.dispatch('without_blanks')(text)) }}
{%- endmacro %}

{% macro default__without_blanks(text) -%}
    trim(both '{{ blanks() }}' from {{ text }})
{%- endmacro %}

{% macro duckdb__without_blanks(text) -%}
    case
        when regexp_matches({{ text }}, '^[{{ blanks() }}]|[{{ blanks() }}]$')
            then {{ default__without_blanks(text) }}
        else {{ text }}
    end
{%- endmacro %}

{% macro blanks() -%}
    {{ return(" \t\n\x0b\x0c\r\u00a0") }}
{%- endmacro %}
