{#
  Has Postgres look touched rows up in an index, for as long as the model's transaction lasts: it takes a page
  out of its place for as dear as on a spinning disk, and would read all orders for the few of a night.
#}
{% macro prefer_indexes() -%}
    {{ 'set local random_page_cost = 1.1' if target.type == 'postgres' }}
{%- endmacro %}
