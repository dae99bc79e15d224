{#
  After a build that made every incremental model, a making of all orders has come to its end; where also
  nothing failed, what was touched is made, and the next build forgets it. Until then the tests look at it,
  and a build that died is caught up.
#}
{% macro end_touched(results) -%}
    {%- if not execute or flags.WHICH not in ('run', 'build') or target.type == 'spark' -%}
        {{ return('') }}
    {%- endif -%}
    {%- set well = results | rejectattr('status', 'in', bad_statuses()) | map(attribute='node.unique_id')
        | list -%}
    {%- set missing = graph.nodes.values() | selectattr('config.materialized', 'equalto', 'incremental')
        | rejectattr('unique_id', 'in', well) | list -%}
    {%- if not missing -%}
        update intermediate.int_orders__touched set orders_id = 'all of them' where client_id is null
        {%- if well | length == results | length -%}
            ; update intermediate.int_orders__touched set is_made = true where not is_made
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
