{#
  The number of an order or a customer, as it was before a program or a spreadsheet wrote it: 9001 of
  9001.0, +9001, 009001, #9001, ="9001" and 9,001; NULL for zeros and what is below, which number nobody.
  Another text is itself.
#}
{% macro order_number(text) -%}
    case
        when {{ matches(text, "'^[1-9][0-9]*$'") }} then {{ text }}
        when {{ matches(text, "'^[-+]?[0.,]*$|^-[0-9.,]+$'") }} then null
        when {{ matches(text, "'^[+=# ''\"]*([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)([.]0*)?[''\"]?$'") }}
            then ltrim(split_part(translate({{ text }}, '+=# ''",', ''), '.', 1), '0')
        else {{ text }}
    end
{%- endmacro %}
