{#
  The relations of incremental models that have to go before they are made anew. They follow each other's
  changes, so all of them are there or none: where one is missing, all are made again, from stored events
  where these are whole, and so they are where a making of all did not come to its end (end_touched).
  `signalroom build` drops int_orders__touched to have that done.
#}
{% macro outdated_orders() -%}
    {%- set present, missing, chosen = [], [], [] -%}
    {%- set events = ['int_order_files__held', 'int_order_events__stored'] -%}
    {%- set models = graph.nodes.values() | selectattr('config.materialized', 'equalto', 'incremental') | list -%}
    {%- for model in models -%}
        {%- set relation = adapter.get_relation(model.database, model.schema, model.name) -%}
        {%- if relation and relation.is_table -%}
            {%- do present.append(relation) -%}
        {%- else -%}
            {%- do missing.append(model.name) -%}
        {%- endif -%}
        {%- do chosen.append(model.name) if model.unique_id in selected_resources -%}
    {%- endfor -%}
    {%- if flags.FULL_REFRESH and chosen and chosen | length < models | length -%}
        {%- do exceptions.raise_compiler_error(
            'models of orders are made anew together: --full-refresh without --select, or '
            ~ '--select config.materialized:incremental'
        ) -%}
    {%- endif -%}
    {%- set touched = present | selectattr('identifier', 'equalto', 'int_orders__touched') | first -%}
    {%- set unfinished = touched and run_query(
        'select count(*) from ' ~ touched ~ ' where client_id is null and orders_id is null'
    ).rows[0][0] -%}
    {%- if flags.FULL_REFRESH or not present or not (missing or unfinished) -%}
        {{ return([]) }}
    {%- endif -%}
    {%- do log('All orders are made again.', info=true) -%}
    {%- if unfinished or events | select('in', missing) | list -%}
        {{ return(present) }}
    {%- endif -%}
    {{ return(present | rejectattr('identifier', 'in', events) | list) }}
{%- endmacro %}
