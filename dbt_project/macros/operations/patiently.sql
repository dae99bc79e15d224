{#
  Runs PL/pgSQL that takes relations from their readers for a moment. `which` says what relations, as a
  condition on pg_class and pg_namespace, `relations` and `schemas`; of these the tables are locked first,
  and stay so until the transaction ends.

  Whoever reads one of them in a transaction that rests is waited for, and all who come later stand behind
  who waits: so the place is given up after two seconds and taken again a little later, for five minutes
  in all, and it is said whose session it is.
#}
{% macro patiently(which, statements='null;') -%}
    {%- set seconds = var('seconds_for_locks', 300) -%}
    {%- set pause = 3 -%}
    {%- set state = namespace(holders=none, said=none) -%}
    {%- for _ in range([seconds // (2 + pause), 1] | max) if state.holders != '' -%}
        {%- set tried -%}
do $patiently$
declare
    began timestamptz := clock_timestamp();
    usual text := current_setting('lock_timeout');
    who text := '';
    what text;
begin
    {%- if state.holders %}
    perform pg_sleep({{ pause }});
    began := clock_timestamp();
    {%- endif %}
    begin
        for what in
            select relations.oid::regclass
            from pg_class as relations
            inner join pg_namespace as schemas on schemas.oid = relations.relnamespace
            where relations.relkind = 'r' and {{ which }}
            order by relations.oid
        loop
            perform set_config(
                'lock_timeout',
                greatest(1, 2000 - extract(epoch from clock_timestamp() - began) * 1000)::int::text,
                true
            );
            execute format('lock table %s in access exclusive mode', what);
        end loop;
        set local lock_timeout = '2s';
        {{ statements }}
        perform set_config('lock_timeout', usual, true);
    exception when lock_not_available or deadlock_detected then
        perform pg_stat_clear_snapshot();
        select coalesce(
            string_agg(
                distinct format('pid %s (%s, user %s)', pid, nullif(application_name, ''), usename), ', '
            ),
            'sessions that have ended since'
        )
        into who
        from pg_locks
        inner join pg_stat_activity using (pid)
        inner join pg_class as relations on relations.oid = pg_locks.relation
        inner join pg_namespace as schemas on schemas.oid = relations.relnamespace
        where
            pg_locks.granted
            and pg_locks.database = pg_stat_activity.datid
            and pg_stat_activity.datname = current_database()
            and pid <> pg_backend_pid()
            and coalesce(xact_start < began, true)  -- later ones stood behind; other users' is unknown
            and {{ which }};
    end;
    perform set_config('signalroom.holders', who, false);
end
$patiently$;
select current_setting('signalroom.holders')
        {%- endset -%}
        {%- set state.holders = run_query(tried).rows[0][0] or '' -%}
        {%- if state.holders and state.holders != state.said -%}
            {%- set state.said = state.holders -%}
            {%- do log('Waiting for ' ~ state.holders ~ ', who reads what is to be replaced.', info=true) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if state.holders -%}
        {%- do exceptions.raise_compiler_error(
            state.holders ~ ' reads what is to be replaced, for ' ~ seconds ~ ' s now; end that '
            ~ 'transaction, or the session by pg_terminate_backend(pid), and run again'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#
  dbt replaces a table or a view by renaming the old one and the new one.
#}
{% macro postgres__rename_relation(from_relation, to_relation) -%}
    {%- do patiently(
        "relations.oid = to_regclass('" ~ from_relation ~ "')",
        'alter table ' ~ from_relation ~ ' rename to ' ~ adapter.quote(to_relation.identifier) ~ ';'
    ) -%}
{%- endmacro %}

{#
  dbt empties a seed before it fills it. Deleted rows are seen until the new ones are; whoever truncates
  waits for readers, and they for him.
#}
{% macro postgres__truncate_relation(relation) -%}
    {% call statement('truncate_relation') -%}
        delete from {{ relation }}
    {%- endcall %}
{%- endmacro %}
