{# A model's schema is exactly what its folder says (staging, intermediate, marts), on every target. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
