{# Deletes the rows of an incremental model whose `key` is touched, before they are made again. #}
{% macro forget_touched(key) -%}
{%- set touched = is_touched(key) -%} {#- in any case, so that dbt knows of the reference -#}
{% if is_incremental() %}
    delete from {{ this }} where {{ touched }}
{% endif %}
{%- endmacro %}
