-- Every order counts once in the summary and once in its cohort, with its money, on its own day.
with order_days as (
    select
        client_id,
        order_date as report_date,
        advertiser_id,
        sum(orders) as orders,
        sum(approved_orders) as approved_orders,
        sum(order_revenue) as order_revenue
    from {{ ref('int_orders__summed') }}
    group by client_id, order_date, advertiser_id
),

summary_days as (
    select
        client_id,
        report_date,
        advertiser_id,
        orders,
        approved_orders,
        order_revenue
    from {{ ref('daily_summary') }}
),

cohort_days as (
    select
        client_id,
        order_date as report_date,
        advertiser_id,
        orders,
        approved_orders
    from {{ ref('fct_order_cohorts') }}
    where age_days = 0
)

select
    client_id,
    report_date,
    advertiser_id,
    order_days.order_revenue,
    summary_days.order_revenue as summary_revenue,
    order_days.orders,
    summary_days.orders as summary_orders,
    cohort_days.orders as cohort_orders
from order_days
full outer join summary_days using (client_id, report_date, advertiser_id)
full outer join cohort_days using (client_id, report_date, advertiser_id)
where
    coalesce(order_days.order_revenue, 0) <> coalesce(summary_days.order_revenue, 0)
    or coalesce(order_days.orders, 0) <> coalesce(summary_days.orders, 0)
    or coalesce(order_days.approved_orders, 0) <> coalesce(summary_days.approved_orders, 0)
    or coalesce(order_days.orders, 0) <> coalesce(cohort_days.orders, 0)
    or coalesce(order_days.approved_orders, 0) <> coalesce(cohort_days.approved_orders, 0)
