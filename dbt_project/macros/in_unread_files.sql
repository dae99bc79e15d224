{#
  A condition that holds for rows of files that are not read in their present version, with the names
  written out: a scan passes over the other files before it parses their rows, which a join does not
  let it do (one new day of 36 files: 0.4 s instead of 1.5 s on DuckDB).
#}
{% macro in_unread_files(file_name, files, known) -%}
    {{ return(adapter.dispatch('in_unread_files')(file_name, files, known)) }}
{%- endmacro %}

{% macro default__in_unread_files(file_name, files, known) -%}
    {%- set unread -%}
        select distinct file_name
        from (
            select client_id, raw_table, file_name, file_loaded_at, config_hash from {{ files }}
            except
            select client_id, raw_table, file_name, file_loaded_at, config_hash from {{ known }}
        ) as unread_files
    {%- endset -%}
    {%- set names = run_query(unread).columns[0].values() if execute else [] -%}
    {{ file_name }} in (
        {%- for name in names -%}'{{ name | replace("'", "''") }}', {% endfor -%}
        null
    )
{%- endmacro %}
