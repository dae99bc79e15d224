{#
  The roles as which everybody outside is let in, where they exist.
#}
{% macro the_world() -%}
select quote_ident(rolname) from pg_roles where rolname in ('anon', 'authenticated')
union all
select 'public'
{%- endmacro %}
