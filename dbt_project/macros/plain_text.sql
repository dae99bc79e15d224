{#
  A text out of JSON without tabs and line breaks, as loaders leave them out of columns of text; a hard
  blank is a blank.
#}
{% macro plain_text(text) -%}
    translate({{ text }}, chr(160) || chr(9) || chr(10) || chr(11) || chr(12) || chr(13), ' ')
{%- endmacro %}
