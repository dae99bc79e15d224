{#
  True when a code, or a sign such as US$, is of a currency, and where there is none at all. A bare $ is
  any dollar: of the client's own, or of the order's where the order names its currency.
#}
{% macro names_currency(sign, currency) -%}
    {%- set signs = {
        'USD': ['$', 'US$'], 'CAD': ['$', 'CA$', 'C$'], 'AUD': ['$', 'AU$', 'A$'],
        'NZD': ['$', 'NZ$'], 'EUR': ['€'], 'GBP': ['£'],
    } -%}
    case
        when {{ sign }} is null or {{ currency }} is null or {{ sign }} = {{ currency }} then true
        else {{ sign }} || ' ' || {{ currency }} in (
            {%- for code, its in signs.items() -%}
                {%- for mark in its -%}
                    '{{ mark }} {{ code }}', '{{ mark }}{{ code }} {{ code }}',
                {%- endfor -%}
                '{{ code }}{{ its[0] }} {{ code }}'{{ ', ' if not loop.last }}
            {%- endfor -%}
        )
    end
{%- endmacro %}
