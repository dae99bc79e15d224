{#
  What the events of an order are sorted by: their file's date, create before update, the file's place in
  its day, the row. `events` is the alias of their query.
#}
{% macro history_of_order(events) -%}
    {{ events }}.file_date,
    case {{ events }}.raw_table when 'orders_create' then 1 else 2 end,
    {{ byte_order(events ~ '.file_sort_key') }},
    {{ events }}.row_id
{%- endmacro %}
