{#
  A seed is closed in the transaction that makes it: in schema public, Supabase lets anon read whatever is
  new.
#}
{% macro close_seed() -%}
    {%- if execute and target.type == 'postgres' -%}
do $close$
declare
    who text;
begin
    for who in {{ the_world() }} loop
        execute format('revoke all on {{ this }} from %s', who);
    end loop;
    if not (select relrowsecurity from pg_class where oid = '{{ this }}'::regclass) then
        alter table {{ this }} enable row level security;
    end if;
end
$close$
    {%- endif -%}
{%- endmacro %}
