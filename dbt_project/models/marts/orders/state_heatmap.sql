with advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

clients as (
    select * from {{ ref('clients') }}
),

time_windows as (
    select * from {{ ref('int_days__windows') }}
    where
        subject = 'orders'
        and period = 'present'
),

state_days as (
    select * from {{ ref('int_orders__by_state') }}
),

files as (
    select
        client_id,
        max(last_file_date) as last_file_date
    from state_days
    group by client_id
),

aged as (  -- refunds take a month to come: younger orders count in no rate
    select
        state_days.*,
        case
            when
                cast({{ dbt.dateadd('day', 30, 'state_days.order_date') }} as date)
                <= files.last_file_date
                then 1
            else 0
        end as maturity
    from state_days
    inner join files on state_days.client_id = files.client_id
),

summed as (
    select
        aged.client_id,
        time_windows.window_name,
        aged.advertiser_id,
        aged.state_code,
        aged.state_name,
        aged.state_kind,
        sum(aged.orders) as orders,
        sum(aged.approved_orders) as approved_orders,
        sum(aged.declined_orders) as declined_orders,
        sum(aged.first_orders) as first_orders,
        sum(aged.order_revenue) as revenue,
        sum(aged.maturity * aged.approved_orders) as mature_orders,
        sum(aged.maturity * aged.refunded_orders) as refunded_mature_orders,
        sum(aged.core_orders) as core_orders,
        sum(aged.core_revenue) as core_revenue
    from aged
    inner join time_windows
        on
            aged.client_id = time_windows.client_id
            and aged.order_date between time_windows.start_date and time_windows.end_date
    group by
        aged.client_id,
        time_windows.window_name,
        aged.advertiser_id,
        aged.state_code,
        aged.state_name,
        aged.state_kind
),

recent_windows as (  -- but for "all" a client's windows end on the same day
    select
        client_id,
        min(start_date) as start_date,
        max(end_date) as end_date
    from time_windows
    where window_name <> 'all'
    group by client_id
),

recent_buyers as (  -- in each window that begins by the newest order
    select
        orders.client_id,
        orders.advertiser_id,
        orders.state_code,
        orders.customer_hash,
        max(orders.order_date) as last_order_date
    from {{ ref('int_orders__latest') }} as orders
    inner join recent_windows
        on
            orders.client_id = recent_windows.client_id
            and orders.order_date between recent_windows.start_date and recent_windows.end_date
    where
        orders.is_approved
        and orders.customer_hash is not null
    group by
        orders.client_id,
        orders.advertiser_id,
        orders.state_code,
        orders.customer_hash
),

buyers_by_day as (
    select
        client_id,
        advertiser_id,
        state_code,
        last_order_date,
        count(*) as customers
    from recent_buyers
    group by client_id, advertiser_id, state_code, last_order_date
),

counted_buyers as (
    select
        buyers.client_id,
        time_windows.window_name,
        buyers.advertiser_id,
        buyers.state_code,
        sum(buyers.customers) as customers
    from buyers_by_day as buyers
    inner join time_windows
        on
            buyers.client_id = time_windows.client_id
            and buyers.last_order_date >= time_windows.start_date
    where time_windows.window_name <> 'all'
    group by
        buyers.client_id,
        time_windows.window_name,
        buyers.advertiser_id,
        buyers.state_code
    union all
    select
        client_id,
        'all' as window_name,
        advertiser_id,
        state_code,
        count(*) as customers
    from {{ ref('int_customers__by_state') }}
    where approved_orders > 0
    group by client_id, advertiser_id, state_code
)

select
    -- keys
    summed.client_id,
    summed.window_name,
    summed.advertiser_id,
    summed.state_code,

    -- dimensions
    advertisers.advertiser_label,
    summed.state_name,
    summed.state_kind,
    time_windows.start_date as window_start_date,
    time_windows.end_date as window_end_date,

    -- measures
    cast(summed.orders as bigint) as orders,
    cast(summed.approved_orders as bigint) as approved_orders,
    cast(summed.declined_orders as bigint) as declined_orders,
    cast(summed.first_orders as bigint) as first_orders,
    cast(coalesce(counted_buyers.customers, 0) as bigint) as customers,
    cast(summed.revenue as decimal(18, 4)) as revenue,
    cast(summed.mature_orders as bigint) as mature_orders,
    cast(case when clients.core_order_amount is not null then summed.core_orders end as bigint)
        as core_orders,
    cast(
        case when clients.core_order_amount is not null then summed.core_revenue end
        as decimal(18, 4)
    ) as core_revenue,

    -- rates
    {{ safe_divide('summed.revenue', 'summed.approved_orders') }} as aov,
    {{ safe_divide('summed.declined_orders', 'summed.orders') }} as decline_rate,
    {{ safe_divide('summed.refunded_mature_orders', 'summed.mature_orders') }} as refund_rate,

    -- flags
    time_windows.is_complete as orders_complete
from summed
inner join time_windows
    on
        summed.client_id = time_windows.client_id
        and summed.window_name = time_windows.window_name
left join counted_buyers
    on
        summed.client_id = counted_buyers.client_id
        and summed.window_name = counted_buyers.window_name
        and summed.advertiser_id = counted_buyers.advertiser_id
        and summed.state_code = counted_buyers.state_code
left join clients on summed.client_id = clients.client_id
left join advertisers
    on
        summed.client_id = advertisers.client_id
        and summed.advertiser_id = advertisers.advertiser_id
