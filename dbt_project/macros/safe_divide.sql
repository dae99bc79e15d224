{#
  A ratio as decimal(18, 4), rounded once, half away from zero; NULL when the divisor is NULL or not
  above 0: counts and budgets below 0 are corrections, and nothing costs something per -1 conversion.

  Both arguments are bigint or decimal(18, 4). The division is one of integers, because DuckDB divides
  decimals in double and rounds exact halves otherwise than Postgres (0.57 / 8: 0.0712 against 0.0713).
  Half a unit is added before it truncates: |n| / d in units of 0.0001 = (2 * 10000 * |n| + d) div 2d.
#}
{% macro safe_divide(numerator, denominator) -%}
    {{ return(adapter.dispatch('safe_divide')(numerator, denominator)) }}
{%- endmacro %}

{% macro duckdb__safe_divide(numerator, denominator) -%}
    {#- only `//` of hugeint is exact; two decimals of 18 digits would not multiply to more than 18 -#}
    {%- set n = 'cast(cast(' ~ numerator ~ ' as decimal(38, 4)) * 10000 as hugeint)' -%}
    {%- set d = 'cast(cast(' ~ denominator ~ ' as decimal(38, 4)) * 10000 as hugeint)' -%}
    cast(
        cast(
            sign({{ n }}) * ((abs({{ n }}) * 20000 + {{ d }}) // case when {{ d }} > 0 then {{ d }} * 2 end)
            as decimal(33, 0)
        ) * cast(0.0001 as decimal(5, 4))
        as decimal(18, 4)
    )
{%- endmacro %}

{% macro postgres__safe_divide(numerator, denominator) -%}
    {%- set n = 'cast(' ~ numerator ~ ' as decimal(18, 4))' -%}
    {%- set d = 'cast(' ~ denominator ~ ' as decimal(18, 4))' -%}
    cast(
        sign({{ n }}) * div(abs({{ n }}) * 20000 + {{ d }}, case when {{ d }} > 0 then {{ d }} * 2 end)
        * 0.0001
        as decimal(18, 4)
    )
{%- endmacro %}

{% macro spark__safe_divide(numerator, denominator) -%}
    {%- set n = 'cast(' ~ numerator ~ ' as decimal(18, 4))' -%}
    {%- set d = 'cast(' ~ denominator ~ ' as decimal(18, 4))' -%}
    cast(
        cast(sign({{ n }}) as bigint)
        * ((abs({{ n }}) * 20000 + {{ d }}) div case when {{ d }} > 0 then {{ d }} * 2 end)
        * 0.0001
        as decimal(18, 4)
    )
{%- endmacro %}
