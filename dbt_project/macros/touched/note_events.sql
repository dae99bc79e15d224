{# Notes the orders of the events that are of a file which this build forgets or reads. #}
{% macro note_events(events) -%}
{%- set changed = is_of_changed_file('known') -%}
{% if is_incremental() %}
    insert into {{ ref('int_orders__touched') }} (client_id, orders_id, is_made)
    select distinct
        known.client_id,
        known.orders_id,
        false as is_made
    from {{ events }} as known
    where {{ changed }}
{% endif %}
{%- endmacro %}
