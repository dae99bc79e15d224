{#
  Drops what an earlier version made and this one makes otherwise, before it is made anew: seeds that have
  other columns, since dbt would only put new rows into them; models under the names that they had; and
  orders that have to be made again.
#}
{% macro drop_outdated() -%}
    {%- if not execute or flags.WHICH not in ('seed', 'run', 'build') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set outdated = [] -%}
    {%- set spellings = {'bigint': 'int8', 'timestamptz': 'timestamp with time zone'} -%}
    {%- if flags.WHICH != 'run' -%}
        {%- for seed in graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') -%}
            {%- set relation = adapter.get_relation(seed.database, seed.schema, seed.name) -%}
            {%- set columns = {} -%}
            {%- for column in (adapter.get_columns_in_relation(relation) if relation else []) -%}
                {%- do columns.update({column.name: column.dtype | lower}) -%}
            {%- endfor -%}
            {%- for name, wanted in (seed.config.column_types.items() if relation else []) -%}
                {%- if relation not in outdated and (
                    name not in columns or (
                        wanted in spellings and columns[name] not in (wanted, spellings[wanted])
                    )
                ) -%}
                    {%- do outdated.append(relation) -%}
                    {%- do log('Seed ' ~ seed.name ~ ' gets the columns of this version.', info=true) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if flags.WHICH != 'seed' -%}
        {%- for name in [
            'int_days__loaded', 'int_days__read', 'int_mapping__cleaned', 'int_order_events__judged',
            'int_order_events__read',
        ] -%}
            {%- set relation = adapter.get_relation(target.database, 'intermediate', name) -%}
            {%- do outdated.append(relation) if relation -%}
        {%- endfor -%}
        {%- do outdated.extend(outdated_orders()) -%}
    {%- endif -%}
    {%- if outdated -%} {#- opens the transaction that is committed below; run_query opens none -#}
        {%- call statement('before_dropping') -%} select 1 {%- endcall -%}
    {%- endif -%}
    {%- for relation in (outdated if target.type == 'postgres' else []) -%}
        {%- do patiently(
            "relations.oid = to_regclass('" ~ relation ~ "')",
            'drop ' ~ relation.type ~ ' if exists ' ~ relation ~ ' cascade;'
        ) -%}
    {%- endfor -%}
    {%- for relation in outdated -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
    {%- do adapter.commit() if outdated -%}
{%- endmacro %}
