{# A condition on the rows that a model makes again: with `key` touched, or all where the model is new. #}
{% macro only_touched(key) -%}
{%- set touched = is_touched(key) -%}
{{ touched if is_incremental() or publishes_touched(model.name) else '1 = 1' }}
{%- endmacro %}
