{#
  The role that SIGNALROOM_BI_ROLE names, by its number; 0 where there is none of that name. One through
  which the world would read, or that reads more than marts by itself, is refused.
#}
{% macro bi_role() -%}
    {%- set name = env_var('SIGNALROOM_BI_ROLE', '') -%}
    {%- set found = run_query("
        select
            roles.oid::bigint,
            case
                when exists (
                    select 1 from pg_roles as world
                    where world.rolname in ('anon', 'authenticated')
                        and pg_has_role(world.oid, roles.oid, 'member')
                ) then 'the world reads as it'
                when exists (
                    select 1 from pg_roles as powers
                    where
                        pg_has_role(roles.oid, powers.oid, 'member')
                        and (
                            powers.rolsuper or powers.rolbypassrls
                            or powers.rolname like 'pg\_%' or powers.rolname = current_user
                        )
                ) then 'it reads more than marts'
            end
        from pg_roles as roles where rolname = '" ~ name | replace("'", "''") ~ "'
    ").rows -%}
    {%- set reason = 'the world reads as it' if name | lower == 'public' else (found[0][1] if found else none) -%}
    {%- if reason -%}
        {%- do exceptions.raise_compiler_error(
            'SIGNALROOM_BI_ROLE is ' ~ name ~ ', and ' ~ reason ~ '; name a role made for this, see docs/production.md'
        ) -%}
    {%- endif -%}
    {{ return(found[0][0] | int if found else 0) }}
{%- endmacro %}
