{# Whether a text is digits, with a sign before them and, unless it is whole, a point among them. #}
{% macro is_number(text, whole=false) -%}
    {{ matches(text, "'^-?[0-9]+$'" if whole else "'^-?([0-9]+[.]?[0-9]*|[.][0-9]+)$'") }}
{%- endmacro %}
