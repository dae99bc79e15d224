{# The day of a moment in a timezone (IANA name), whatever the session's own timezone is. #}
{% macro local_date(moment, timezone) -%}
    {{ return(adapter.dispatch('local_date')(moment, timezone)) }}
{%- endmacro %}

{% macro default__local_date(moment, timezone) -%}
    cast({{ moment }} at time zone {{ timezone }} as date)
{%- endmacro %}

{% macro spark__local_date(moment, timezone) -%}
    cast(from_utc_timestamp({{ moment }}, {{ timezone }}) as date)
{%- endmacro %}
