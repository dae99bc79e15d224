{# What tells one version of a file from another, as columns of `rows`, the alias of their query. #}
{% macro file_version(rows) -%}
    {%- for column in ['client_id', 'raw_table', 'file_name', 'file_loaded_at', 'config_hash'] -%}
        {{ rows }}.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
