{#
  A condition that holds for rows of a file that this build forgets or reads, in either version: a model
  that is run again by hand takes nothing twice. When files were loaded is what lets a scan pass over the rest.
#}
{% macro is_of_changed_file(rows) -%}
{% set changed = ref('int_order_files__changed') %}
{{ rows }}.file_loaded_at >= (select min(oldest.file_loaded_at) from {{ changed }} as oldest)
and {{ rows }}.file_loaded_at <= (select max(newest.file_loaded_at) from {{ changed }} as newest)
and exists (
    select 1
    from {{ changed }} as changed
    where
        changed.client_id = {{ rows }}.client_id
        and changed.raw_table = {{ rows }}.raw_table
        and changed.file_name = {{ rows }}.file_name
        and changed.file_loaded_at = {{ rows }}.file_loaded_at
)
{%- endmacro %}
