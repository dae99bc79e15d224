{#
  A condition that holds for rows of a file that this build forgets or reads, in either version: a model
  that is run again by hand takes nothing twice. The version is also what lets a scan pass over the rest.
#}
{% macro is_of_changed_file(rows) -%}
exists (
    select 1
    from {{ ref('int_order_files__changed') }} as changed
    where
        changed.client_id = {{ rows }}.client_id
        and changed.raw_table = {{ rows }}.raw_table
        and changed.file_name = {{ rows }}.file_name
        and changed.file_loaded_at = {{ rows }}.file_loaded_at
)
{%- endmacro %}
