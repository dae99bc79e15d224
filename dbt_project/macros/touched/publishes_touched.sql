{#
  Whether a mart that is built aside holds touched rows alone, for publish.sql to exchange these in the
  published one: on Postgres, if that is there with the columns of now.
#}
{% macro publishes_touched(mart) -%}
    {%- if not execute or target.type != 'postgres' or var('marts_schema', 'marts') == 'marts' -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set published = adapter.get_relation(target.database, 'marts', mart) -%}
    {%- if flags.FULL_REFRESH or not published or everything_is_touched() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set present = [] -%}
    {%- for column in adapter.get_columns_in_relation(published) -%}
        {%- do present.append((column.name, column.dtype)) -%}
    {%- endfor -%}
    {%- set wanted = [] -%}
    {%- for column in graph.nodes['model.signalroom.' ~ mart].columns.values() -%}
        {%- do wanted.append((column.name, column.data_type | replace('decimal(18,4)', 'numeric'))) -%}
    {%- endfor -%}
    {{ return(present == wanted) }}
{%- endmacro %}
