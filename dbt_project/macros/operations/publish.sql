{#
  On Postgres `signalroom build` builds and tests the marts beside the ones that people read, in the
  schema that the variable marts_schema names, and then puts them in their place in one transaction.
  A build that failed publishes nothing.

  Rows that differ are deleted and inserted, which no reader ever waits for or sees the half of, and
  which keeps grants, policies and views on the marts; a new mart is put beside them. Only when columns
  of a mart changed, or with --full-refresh, the new tables themselves take the place of the old ones.
  Of a mart that holds touched rows alone (publishes_touched), others are neither compared nor replaced;
  what its rows are touched by is told by its key's test.
#}
{% macro publish(results) -%}
    {%- set built = var('marts_schema', 'marts') -%}
    {%- if not execute or target.type != 'postgres' or built == 'marts' -%}
        {{ return('') }}
    {%- endif -%}
    {%- if results | selectattr('status', 'in', bad_statuses()) | list -%}
        {%- do log('The build failed: the marts stay as they were.', info=true) -%}
        {{ return('') }}
    {%- endif -%}
    {%- set touched = {} -%}
    {%- for test in graph.nodes.values()
        if test.resource_type == 'test' and test.test_metadata
        and test.test_metadata.name == 'unique_combination' and test.test_metadata.kwargs.touched_by -%}
        {%- set mart = graph.nodes[test.attached_node] -%}
        {%- if mart.schema == built and publishes_touched(mart.name) -%}
            {%- do touched.update({mart.name: test.test_metadata.kwargs.touched_by}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set changed -%}
select not exists (
    select 1 from information_schema.tables where table_schema = 'marts'
) or exists (
    select 1
    from (
        select table_name, column_name, data_type, ordinal_position
        from information_schema.columns where table_schema = '{{ built }}'
    ) as built
    full join (
        select table_name, column_name, data_type, ordinal_position
        from information_schema.columns where table_schema = 'marts'
    ) as published using (table_name, column_name, data_type, ordinal_position)
    where
        (built.table_name is null or published.table_name is null)
        and table_name in (
            select table_name from information_schema.tables where table_schema = '{{ built }}'
            intersect
            select table_name from information_schema.tables where table_schema = 'marts'
        )
)
    {%- endset -%}
    {%- set by_table = flags.FULL_REFRESH or run_query(changed).rows[0][0] -%}
    {%- set exchange -%}
declare
    mart text;
    same_key text;
    usual_cost text := current_setting('random_page_cost');
    touched_by jsonb := '{{ touched | tojson }}';
begin
    set constraints all deferred;
    for mart in
        select table_name from information_schema.tables where table_schema = '{{ built }}'
    loop
        {%- if by_table %}
        if not touched_by ? mart then
            execute format('drop table if exists marts.%I cascade', mart);
            execute format('alter table {{ built }}.%I set schema marts', mart);
            continue;
        end if;
        {%- endif %}
        -- a new mart: without its foreign keys, until all are exchanged
        execute format(
            'create table if not exists marts.%1$I (like {{ built }}.%1$I including all)', mart
        );
        select string_agg(format('new.%1$I = old.%1$I', column_name), ' and ')
        into strict same_key
        from information_schema.table_constraints
        inner join information_schema.key_column_usage
            using (constraint_schema, constraint_name)
        where
            constraint_schema = 'marts'
            and constraint_type = 'PRIMARY KEY'
            and key_column_usage.table_name = mart;
        perform set_config(  -- see prefer_indexes
            'random_page_cost', case when touched_by ? mart then '1.1' else usual_cost end, true
        );
        execute format(
            'delete from marts.%1$I as old where not exists (select 1 from {{ built }}.%1$I as new'
            ' where %2$s and row(new.*) is not distinct from row(old.*))', mart, same_key
        ) || case when touched_by ? mart then format(
            ' and exists (select 1 from intermediate.int_orders__touched as touched'
            ' where touched.client_id = old.client_id and touched.%1$I = old.%1$I)', touched_by ->> mart
        ) else '' end;
        execute format(
            'insert into marts.%1$I select * from {{ built }}.%1$I as new where not exists ('
            'select 1 from marts.%1$I as old where %2$s)', mart, same_key
        );
    end loop;
    drop schema {{ built }} cascade;
end;
    {%- endset -%}
    {%- set taken -%}
(
    schemas.nspname = '{{ built }}'
    {%- if by_table %}
    or (
        schemas.nspname = 'marts'
        and relations.relname in (
            select relname from pg_class where relnamespace = '{{ built }}'::regnamespace
        )
    )
    {%- endif %}
)
    {%- endset -%}
    {%- do patiently(taken, exchange) -%}
{%- endmacro %}
