-- Orders by the day on which they were placed and by where the buyer lives, in figures that may be
-- added up, and all of them: what counts orders reads these. Incremental by order day.
{{ config(pre_hook="{{ forget_touched('order_date') }}") }}
select  -- noqa: ST06
    client_id,
    order_date,
    advertiser_id,
    state_code,
    max(last_file_date) as last_file_date,
    count(*) as all_orders,
    count(case when has_order_kind then 1 end) as orders_of_a_kind,
    count(case when is_attempted then 1 end) as orders,
    count(case when is_approved then 1 end) as approved_orders,
    count(case when is_declined then 1 end) as declined_orders,
    count(case when is_refunded then 1 end) as refunded_orders,
    count(case when order_kind = 'first' and is_approved then 1 end) as first_orders,
    count(core_amount) as core_orders,
    cast(sum(order_events) as bigint) as order_events,
    cast(sum(gross_amount) as decimal(18, 4)) as order_revenue,
    cast(coalesce(sum(core_amount), 0) as decimal(18, 4)) as core_revenue
from {{ ref('int_orders__latest') }}
where {{ only_touched('order_date') }}
group by client_id, order_date, advertiser_id, state_code
