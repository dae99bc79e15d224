-- Whatever state an order has or lacks, it is on the map: the window "all" is every order there is,
-- and so are the days together.
with map as (
    select
        client_id,
        advertiser_id,
        sum(orders) as orders,
        sum(approved_orders) as approved_orders,
        sum(revenue) as revenue,
        coalesce(sum(core_orders), 0) as core_orders,
        coalesce(sum(core_revenue), 0) as core_revenue
    from {{ ref('state_heatmap') }}
    where window_name = 'all'
    group by client_id, advertiser_id
),

days as (
    select
        client_id,
        advertiser_id,
        sum(orders) as orders,
        sum(approved_orders) as approved_orders,
        sum(revenue) as revenue
    from {{ ref('fct_state_daily') }}
    group by client_id, advertiser_id
),

orders as (
    select
        client_id,
        advertiser_id,
        sum(orders) as orders,
        sum(approved_orders) as approved_orders,
        sum(order_revenue) as revenue,
        sum(core_orders) as core_orders,
        sum(core_revenue) as core_revenue
    from {{ ref('int_orders__summed') }}
    group by client_id, advertiser_id
)

select
    client_id,
    advertiser_id,
    map.revenue as map_revenue,
    orders.revenue as order_revenue,
    map.core_revenue as map_core_revenue,
    orders.core_revenue as order_core_revenue
from map
full outer join orders using (client_id, advertiser_id)
full outer join days using (client_id, advertiser_id)
where
    coalesce(map.orders, 0) <> coalesce(orders.orders, 0)
    or coalesce(map.approved_orders, 0) <> coalesce(orders.approved_orders, 0)
    or coalesce(map.revenue, 0) <> coalesce(orders.revenue, 0)
    or coalesce(days.orders, 0) <> coalesce(orders.orders, 0)
    or coalesce(days.approved_orders, 0) <> coalesce(orders.approved_orders, 0)
    or coalesce(days.revenue, 0) <> coalesce(orders.revenue, 0)
    or coalesce(map.core_orders, 0) <> coalesce(orders.core_orders, 0)
    or coalesce(map.core_revenue, 0) <> coalesce(orders.core_revenue, 0)
