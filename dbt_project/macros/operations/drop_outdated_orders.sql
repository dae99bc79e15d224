{#
  The tables of orders that grow with each run keep the types that they were made with. Where an
  earlier release made them with advertisers as text, they are made again from the raw rows.
#}
{% macro drop_outdated_orders() -%}
    {%- if not execute or flags.WHICH not in ('run', 'build') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set outdated = [] -%}
    {%- for name in ['int_order_events__stored', 'int_orders__latest'] -%}
        {%- set relation = adapter.get_relation(target.database, 'intermediate', name) -%}
        {%- for column in (adapter.get_columns_in_relation(relation) if relation else [])
            if column.name == 'advertiser_id' and column.dtype | lower not in ('bigint', 'int8') -%}
            {%- do outdated.append(relation) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if outdated -%}
        {%- do log('The orders are read again, with the column types of this version.', info=true) -%}
    {%- endif -%}
    {%- for relation in outdated -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
    {%- do adapter.commit() if outdated -%}
{%- endmacro %}
