{#
  Has DuckDB make all orders on one of its threads: each keeps windows over all columns of its own, twice the
  memory for two. What is touched in a night is little.
#}
{% macro on_one_thread() -%}
    {{ 'set threads = 1' if target.type == 'duckdb' and not is_incremental() }}
{%- endmacro %}
