{#
  A last column of a query whose own columns are dear and used more than once. Postgres puts the text of
  a column wherever it is used, and would read an amount three times; it does not where one column may
  return a set, and still takes conditions on the others into the scan. Nothing on other engines.
#}
{% macro evaluate_once() -%}
    {{ return(adapter.dispatch('evaluate_once')()) }}
{%- endmacro %}

{% macro default__evaluate_once() -%}{%- endmacro %}

{% macro postgres__evaluate_once() -%}
    , unnest(array[1]) as evaluated_once
{%- endmacro %}
