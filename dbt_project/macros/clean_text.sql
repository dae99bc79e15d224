{#
  A text of a source as it is meant: without the blanks around it (tabs and line ends among them), NULL
  where nothing is left of it, or a word that stands for nothing.
#}
{% macro clean_text(source, column) -%}
    {{ without_placeholder(source, "trim(both ' \t\n\x0b\x0c\r\u00a0' from " ~ column ~ ")") }}
{%- endmacro %}
