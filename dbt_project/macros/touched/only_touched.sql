{#
  A condition on the rows that a model makes again: with `key` touched, or all where the model is new. `rows`
  is the alias of their query.
#}
{% macro only_touched(rows, key) -%}
{%- set touched = is_touched(rows, key) -%}
{{ touched if is_incremental() or publishes_touched(model.name) else '1 = 1' }}
{%- endmacro %}
