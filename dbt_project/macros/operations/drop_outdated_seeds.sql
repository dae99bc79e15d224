{#
  Seeds whose columns have other types in the warehouse than here, as an earlier release made them, are
  dropped before dbt seeds them: it would only put new rows into the old columns.
#}
{% macro drop_outdated_seeds() -%}
    {%- if not execute or flags.WHICH not in ('seed', 'build') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set outdated = [] -%}
    {%- for seed in graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') -%}
        {%- set relation = adapter.get_relation(seed.database, seed.schema, seed.name) -%}
        {%- for column in (adapter.get_columns_in_relation(relation) if relation else []) -%}
            {%- set wanted = seed.config.column_types.get(column.name, '') -%}
            {%- if wanted in ('bigint', 'timestamptz') and relation not in outdated
                and column.dtype | lower not in (
                    wanted, {'bigint': 'int8', 'timestamptz': 'timestamp with time zone'}[wanted]
                ) -%}
                {%- do outdated.append(relation) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for relation in outdated -%}
        {%- do log('Seed ' ~ relation.identifier ~ ' gets the column types of this version.', info=true) -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
    {%- do adapter.commit() if outdated -%}
{%- endmacro %}
