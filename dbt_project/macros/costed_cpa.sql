{#
  Cost per conversion of an aggregate, unless its cost is unknown: with internal conversions and no
  cost row at all, the media spend is not zero but missing, and there is no CPA.
#}
{% macro costed_cpa(cost, conversions, internal_conversions, spend_rows) -%}
    case
        when {{ internal_conversions }} > 0 and {{ spend_rows }} = 0 then null
        else {{ safe_divide(cost, conversions) }}
    end
{%- endmacro %}
