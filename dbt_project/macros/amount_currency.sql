{# The sign or code of a currency beside an amount that parse_amount reads; NULL without one. #}
{% macro amount_currency(text) -%}
    case
        when not {{ is_number(text) }}
            then nullif(translate({{ clean_code(text) }}, '0123456789.,()+-{{ "\u2212 \u00a0" }}', ''), '')
    end
{%- endmacro %}
