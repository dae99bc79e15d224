{#
  A trimmed text as an amount of money: a number, and what stands beside one in exports and sheets, as
  $1,234.50, -4.10, (4.10), +95, US$ 95 and 95 USD. Thousands are grouped by threes or not at all, and a
  point is the decimal one: 1.234,50 is NULL, as is all else. amount_currency says whose sign it has.
#}
{% macro parse_amount(text) -%}
    {%- set digits = "(([1-9][0-9]{0,2}(,[0-9]{3})+|[0-9]+)([.][0-9]*)?|[.][0-9]+)" -%}
    {%- set sign = "[-+\u2212]" -%}
    {%- set before = "([A-Za-z]{0,3}[$€£]|[A-Za-z]{3})" -%}
    {%- set after = "([A-Za-z]{3}|[$€£])?" -%}
    {%- set blank = "[ \u00a0]?" -%}
    {%- set patterns = [
        sign ~ "?" ~ blank ~ before ~ "?" ~ blank ~ digits ~ blank ~ after,
        before ~ blank ~ sign ~ blank ~ digits ~ blank ~ after,
        "[(]" ~ before ~ "?" ~ blank ~ digits ~ blank ~ after ~ "[)]",
    ] -%}
    {%- set letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" -%}
    {%- set number -%}
        case
            when {{ is_number(text) }} then {{ text }}
            when {{ matches(text, "'^(" ~ patterns | join('|') ~ ")$'") }}
                then case
                    when translate({{ text }}, '(-{{ "\u2212" }}', '') <> {{ text }} then '-'
                    else ''
                end || translate({{ text }}, '{{ letters ~ "$€£,()+- \u2212\u00a0" }}', '')
        end
    {%- endset -%}
    {{ try_cast(number, 'decimal(18, 4)') }}
{%- endmacro %}
