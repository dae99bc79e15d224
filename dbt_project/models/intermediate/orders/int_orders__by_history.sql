-- Orders by the day on which they were placed and by the days on which they arrived in each state,
-- in figures that may be added up: arrivals and cohorts read these. Incremental by order day.
{{ config(pre_hook="{{ forget_touched('order_date') }}") }}
select  -- noqa: ST06
    client_id,
    order_date,
    advertiser_id,
    first_approved_date,
    first_declined_date,
    first_refunded_date,
    first_chargeback_date,
    is_refunded,
    is_chargeback,
    max(last_file_date) as last_file_date,
    count(*) as all_orders,
    count(case when is_attempted then 1 end) as orders,
    count(case when is_approved then 1 end) as approved_orders,
    cast(sum(arrived_approved_amount) as decimal(18, 4)) as arrived_approved_amount,
    cast(sum(arrived_declined_amount) as decimal(18, 4)) as arrived_declined_amount,
    cast(sum(arrived_refunded_amount) as decimal(18, 4)) as arrived_refunded_amount,
    cast(sum(arrived_chargeback_amount) as decimal(18, 4)) as arrived_chargeback_amount
from {{ ref('int_orders__latest') }}
where {{ only_touched('order_date') }}
group by
    client_id,
    order_date,
    advertiser_id,
    first_approved_date,
    first_declined_date,
    first_refunded_date,
    first_chargeback_date,
    is_refunded,
    is_chargeback
