{#
  Who reads what on Postgres, set after each run because dbt drops it with each table it rebuilds.
  The roles that Supabase lets the world use (anon, authenticated) and everybody (public) lose every
  right on what holds people's data or belongs to nobody outside: raw, dlt's own staging, ops, seeds,
  staging, intermediate. Marts are left to what is granted on purpose; the role that the variable
  SIGNALROOM_BI_ROLE names may read them. Roles that do not exist are no error.
#}
{% macro protect() -%}
    {%- if not execute or target.type != 'postgres' -%}
        {{ return('') }}
    {%- endif -%}
    {%- set closed = ['staging', 'intermediate'] -%}
    {%- for raw in graph.sources.values() | map(attribute='schema') | unique -%}
        {%- do closed.extend([raw, raw ~ '_staging']) -%}
    {%- endfor -%}
    {%- set seeds = graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed')
        | map(attribute='name') | list -%}
do $protect$
declare
    who text;
    what record;
begin
    -- A second lock: a grant by mistake still shows no row. It comes first, as it waits for whoever
    -- vacuums the table; he in turn would wait for a revoke that was not committed yet.
    for what in
        select tables.oid::regclass as name
        from pg_class as tables
        inner join pg_namespace as schemas on schemas.oid = tables.relnamespace
        where
            tables.relkind = 'r'
            and not tables.relrowsecurity
            and (
                schemas.nspname in ('{{ closed | join("', '") }}')
                or (
                    schemas.nspname = 'public'
                    and tables.relname in ('{{ seeds | join("', '") }}')
                )
            )
    loop
        execute format('alter table %s enable row level security', what.name);
    end loop;

    for who in
        select quote_ident(rolname) from pg_roles where rolname in ('anon', 'authenticated')
        union all
        select 'public'
    loop
        for what in
            select nspname from pg_namespace where nspname in ('{{ closed | join("', '") }}')
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

    for who in select quote_ident(rolname) from pg_roles
        where
            rolname = '{{ env_var("SIGNALROOM_BI_ROLE", "") }}'
            and to_regnamespace('marts') is not null
    loop
        execute format('grant usage on schema marts to %s', who);
        execute format('grant select on all tables in schema marts to %s', who);
    end loop;
end
$protect$
{%- endmacro %}
