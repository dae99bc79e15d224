{#
  Why `costed_cpa` of the same aggregate is NULL; NULL where it is not.
#}
{% macro cpa_reason(conversions, internal_conversions, spend_rows) -%}
    case
        when {{ internal_conversions }} > 0 and {{ spend_rows }} = 0 then 'no cost row'
        when {{ conversions }} < 0 then 'conversions below zero'
        when {{ conversions }} = 0 then 'no conversions'
    end
{%- endmacro %}
