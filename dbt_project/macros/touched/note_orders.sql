{# Notes when and whose the touched orders in a table are, so that their days and customers are touched too. #}
{% macro note_orders(orders) -%}
insert into {{ ref('int_orders__touched') }}
(client_id, orders_id, order_date, customer_hash, is_made)
select
    known.client_id,
    known.orders_id,
    known.order_date,
    known.customer_hash,
    false as is_made
from {{ orders }} as known
where
    {{ is_touched('known', 'orders_id') }}
    and {{ are_some_untouched() }}
{%- endmacro %}
