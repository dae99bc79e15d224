{#
  Who reads what on Postgres, set before each run and after it, because dbt drops it with each table that
  it rebuilds. The roles that Supabase lets the world use (anon, authenticated) and everybody (public)
  lose every right on what holds people's data or belongs to nobody outside: raw, ops, seeds, staging,
  intermediate, and marts that are not published yet. Published marts are left to what is granted on
  purpose; the role that the variable SIGNALROOM_BI_ROLE names may read them.
#}
{% macro protect() -%}
    {%- if not execute or target.type != 'postgres' -%}
        {{ return('') }}
    {%- endif -%}
    {%- set closed = ['staging', 'intermediate', 'marts_next'] -%}
    {%- for raw in graph.sources.values() | map(attribute='schema') | unique -%}
        {%- do closed.extend([raw, raw ~ '_staging']) -%}
    {%- endfor -%}
    {%- set seeds = graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed')
        | map(attribute='name') | list -%}
    {%- set without_second_lock -%}
(
    relations.relkind = 'r'
    and not relations.relrowsecurity
    and (
        schemas.nspname in ('{{ closed | join("', '") }}')
        or (schemas.nspname = 'public' and relations.relname in ('{{ seeds | join("', '") }}'))
    )
)
    {%- endset -%}
    {#- A grant by mistake still shows no row. It comes first, as it waits for whoever vacuums the table;
        he in turn would wait for a revoke that was not committed yet. -#}
    {%- do patiently(without_second_lock, "
        for what in
            select relations.oid::regclass
            from pg_class as relations
            inner join pg_namespace as schemas on schemas.oid = relations.relnamespace
            where " ~ without_second_lock ~ "
        loop
            execute format('alter table %s enable row level security', what);
        end loop;
    ") -%}
    {%- set reader = bi_role() -%}
do $protect$
declare
    who text;
    what record;
begin
    create schema if not exists marts;
    for who in {{ the_world() }} loop
        for what in
            select nspname from pg_namespace
            where
                nspname in ('{{ closed | join("', '") }}')
                or (
                    nspname = 'marts'
                    and not exists (select 1 from pg_class where relnamespace = pg_namespace.oid)
                )
        loop
            execute format('revoke all on schema %I from %s', what.nspname, who);
            execute format('revoke all on all tables in schema %I from %s', what.nspname, who);
        end loop;
        for what in
            select tablename from pg_tables
            where schemaname = 'public' and tablename in ('{{ seeds | join("', '") }}')
        loop
            execute format('revoke all on public.%I from %s', what.tablename, who);
        end loop;
    end loop;

    for who in
        select quote_ident(rolname) from pg_roles
        where
            obj_description('marts'::regnamespace) = 'Read by the role ' || rolname
            and oid <> {{ reader }}
    loop
        execute format('revoke all on schema marts from %s', who);
        execute format('revoke all on all tables in schema marts from %s', who);
        comment on schema marts is null;
    end loop;
    for what in select rolname from pg_roles where oid = {{ reader }} loop
        execute format('grant usage on schema marts to %I', what.rolname);
        execute format('grant select on all tables in schema marts to %I', what.rolname);
        -- so that it is known, and loses this again, when another role is named
        execute format('comment on schema marts is %L', 'Read by the role ' || what.rolname);
    end loop;
end
$protect$
{%- endmacro %}
