{#
  A text in lower or upper case, its ASCII letters alone: lower() and upper() follow the server's locale
  on Postgres, Unicode on DuckDB. `case` is the function's name. Where an engine can be told so, it is
  not spelled out: translate() takes a microsecond a text.
#}
{% macro ascii_case(text, case) -%}
    {{ return(adapter.dispatch('ascii_case')(text, case)) }}
{%- endmacro %}

{% macro default__ascii_case(text, case) -%}
    {%- set cases = ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'] -%}
    {%- set letters = cases if case == 'lower' else cases | reverse | list -%}
    translate({{ text }}, '{{ letters[0] }}', '{{ letters[1] }}')
{%- endmacro %}

{% macro duckdb__ascii_case(text, case) -%}
    case
        when strlen({{ text }}) = length({{ text }}) then {{ case }}({{ text }})
        else {{ default__ascii_case(text, case) }}
    end
{%- endmacro %}

{% macro postgres__ascii_case(text, case) -%}
    {{ case }}({{ text }} collate "C") collate "default"
{%- endmacro %}
