{#
  Gives the models of a warehouse that an earlier version built their present names, so that what they
  keep is not read again and nothing stays behind under an old name. All of it or nothing: a warehouse
  that holds the stored events under their old name holds the others' old names too.
#}
{% macro rename_models() -%}
    {%- set renamed = {
        'int_days__loaded': 'int_days__reported',
        'int_days__read': 'int_source_days__status',
        'int_mapping__cleaned': 'int_mapping__normalized',
        'int_order_events__judged': 'int_order_events__classified',
        'int_order_events__read': 'int_order_events__stored',
    } -%}
    {%- set statements = [] -%}
    {%- if execute and flags.WHICH in ('build', 'run')
        and adapter.get_relation(target.database, 'intermediate', 'int_order_events__read') -%}
        {%- for table in ['int_order_events__read', 'int_orders__latest'] -%}
            {%- set old = adapter.get_relation(target.database, 'intermediate', table) -%}
            {%- if old -%}
                {%- do statements.append(
                    'alter table ' ~ old ~ ' rename column is_kind_told to has_order_kind'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for old_name, new_name in renamed.items() -%}
            {%- set old = adapter.get_relation(target.database, 'intermediate', old_name) -%}
            {%- if old -%}
                {%- set new = old.incorporate(path={'identifier': new_name}) -%}
                {%- do statements.append('alter ' ~ old.type ~ ' ' ~ old ~ ' rename to ' ~ new_name) -%}
                {%- do adapter.cache_renamed(old, new) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ 'begin; ' ~ statements | join('; ') ~ '; commit' if statements }}
{%- endmacro %}
