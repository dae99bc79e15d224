{# True when the whole text is of a pattern; one that every engine's regular expressions read alike. #}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, '^({{ pattern }})$')
{%- endmacro %}

{% macro postgres__matches(text, pattern) -%}
    {{ text }} ~ '^({{ pattern }})$'
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    {{ text }} rlike r'^({{ pattern }})$'
{%- endmacro %}
