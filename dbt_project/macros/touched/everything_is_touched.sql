{#
  Whether the order models were made from nothing by the last build, or are by this one: then there is no
  list of what changed, and whoever would look at that alone looks at all.
#}
{% macro everything_is_touched() -%}
    {%- set touched = adapter.get_relation(target.database, 'intermediate', 'int_orders__touched') if execute -%}
    {{ return(
        not touched or run_query('select count(*) from ' ~ touched ~ ' where client_id is null').rows[0][0] > 0
    ) }}
{%- endmacro %}
