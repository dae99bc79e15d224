{# The statuses of what failed in a run, and of what was skipped for that. #}
{% macro bad_statuses() -%}
    {{ return(['error', 'fail', 'runtime error', 'partial success', 'skipped']) }}
{%- endmacro %}
