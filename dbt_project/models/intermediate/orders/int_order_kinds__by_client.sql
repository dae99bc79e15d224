-- Whether a client's files tell kinds of orders at all. When that changes, it changes for each
-- order of the client, so all of them are touched.
{{
    config(
        pre_hook=[
            "{% if is_incremental() %}
            insert into {{ ref('int_orders__touched') }} (client_id, orders_id, is_made)
            select client_id, orders_id, false
            from {{ ref('int_orders__latest') }}
            where client_id in (
                select summed.client_id
                from {{ ref('int_orders__summed') }} as summed
                inner join {{ this }} as known on summed.client_id = known.client_id
                group by summed.client_id, known.have_order_kinds
                having bool_or(summed.orders_of_a_kind > 0) <> known.have_order_kinds
            )
            {% endif %}",
            "{% if is_incremental() %} delete from {{ this }} where 1 = 1 {% endif %}",
        ],
    )
}}
-- depends_on: {{ ref('int_orders__touched') }}, {{ ref('int_orders__latest') }}
select
    client_id,
    bool_or(orders_of_a_kind > 0) as have_order_kinds
from {{ ref('int_orders__summed') }}
group by client_id
