{# A word that was not understood as it may be shown to anybody: short, and no address or long number. #}
{% macro shown_word(word) -%}
    case
        when
            position('@' in {{ word }}) > 0
            or length({{ word }}) - length(translate({{ word }}, '0123456789', '')) > 6
            then '(withheld)'
        else substring(translate({{ word }}, '|=', '/-'), 1, 40)
    end
{%- endmacro %}
