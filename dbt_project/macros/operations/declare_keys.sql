{#
  A mart's keys as Postgres can hold them, taken from its tests so that they are written down once:
  `unique_combination` is the primary key, `foreign_key` a foreign key with an index for its filter.
  Deferrable, so that all marts can be published in one transaction in any order.
#}
{% macro declare_keys() -%}
    {{ return(adapter.dispatch('declare_keys')()) }}
{%- endmacro %}

{% macro default__declare_keys() -%}{%- endmacro %}

{% macro postgres__declare_keys() -%}
    {%- set statements = [] -%}
    {%- for test in (graph.nodes.values() if execute else [])
        if test.resource_type == 'test' and test.attached_node == model.unique_id
        and test.test_metadata and test.test_metadata.name in ('unique_combination', 'foreign_key') -%}
        {%- set columns = test.test_metadata.kwargs.columns | join(', ') -%}
        {%- if test.test_metadata.name == 'unique_combination' -%}
            {%- do statements.append('alter table ' ~ this ~ ' add primary key (' ~ columns ~ ')') -%}
        {%- else -%}
            {%- set parent = graph.nodes[
                test.depends_on.nodes | reject('equalto', model.unique_id) | first
            ] -%}
            {%- do statements.append(
                'alter table ' ~ this ~ ' add foreign key (' ~ columns ~ ') references '
                ~ parent.relation_name ~ ' (' ~ columns ~ ') deferrable'
            ) -%}
            {%- do statements.append('create index on ' ~ this ~ ' (' ~ columns ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ statements | join('; ') }}
{%- endmacro %}
