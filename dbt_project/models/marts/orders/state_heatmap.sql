with orders as (  -- read by every window, so only what is needed of each order is kept
    select
        client_id,
        advertiser_id,
        state_code,
        customer_hash,
        order_date,
        last_file_date,
        is_attempted,
        is_approved,
        is_declined,
        is_refunded,
        is_first_order,
        is_core_order,
        gross_amount,
        core_amount
    from {{ ref('fct_orders') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

states as (
    select * from {{ ref('us_states') }}
),

clients as (
    select * from {{ ref('clients') }}
),

days as (
    select * from {{ ref('int_days__orders_completeness') }}
),

spans as (
    select
        client_id,
        min(order_date) as first_date,
        max(order_date) as last_date,
        max(last_file_date) as last_file_date
    from orders
    group by client_id
),

anchors as (  -- "yesterday" is the client's newest day with complete orders, never the clock's
    select
        client_id,
        max(case when orders_complete then report_date end) as last_complete_date
    from days
    group by client_id
),

time_windows as (
    select
        client_id,
        'yesterday' as window_name,
        last_complete_date as start_date,
        last_complete_date as end_date
    from anchors
    union all
    select
        client_id,
        '7_days' as window_name,
        cast({{ dbt.dateadd('day', -6, 'last_complete_date') }} as date) as start_date,
        last_complete_date as end_date
    from anchors
    union all
    select
        client_id,
        'month_to_date' as window_name,
        cast({{ dbt.date_trunc('month', 'last_complete_date') }} as date) as start_date,
        last_complete_date as end_date
    from anchors
    union all
    select  -- every order there is, so that it ties with the client's own query
        client_id,
        'all' as window_name,
        first_date as start_date,
        last_date as end_date
    from spans
),

sized_windows as (
    select
        *,
        cast({{ dbt.datediff('start_date', 'end_date', 'day') }} as bigint) + 1 as window_days
    from time_windows
    where end_date is not null
),

whole_windows as (
    select
        sized_windows.client_id,
        sized_windows.window_name,
        sized_windows.start_date,
        sized_windows.end_date,
        sized_windows.window_days = count(case when days.orders_complete then 1 end)
            as orders_complete
    from sized_windows
    left join days
        on
            sized_windows.client_id = days.client_id
            and days.report_date between sized_windows.start_date and sized_windows.end_date
    group by
        sized_windows.client_id,
        sized_windows.window_name,
        sized_windows.start_date,
        sized_windows.end_date,
        sized_windows.window_days
),

placed as (  -- refunds take a month to come: younger orders tell no rate
    select
        whole_windows.window_name,
        orders.*,
        cast({{ dbt.dateadd('day', 30, 'orders.order_date') }} as date)
        <= spans.last_file_date as is_mature
    from orders
    inner join spans on orders.client_id = spans.client_id
    inner join whole_windows
        on
            orders.client_id = whole_windows.client_id
            and orders.order_date between whole_windows.start_date and whole_windows.end_date
),

buyers as (
    select distinct
        client_id,
        window_name,
        advertiser_id,
        state_code,
        customer_hash
    from placed
    where is_approved and customer_hash is not null
),

counted_buyers as (
    select
        client_id,
        window_name,
        advertiser_id,
        state_code,
        count(*) as customers
    from buyers
    group by client_id, window_name, advertiser_id, state_code
),

summed as (
    select
        client_id,
        window_name,
        advertiser_id,
        state_code,
        count(case when is_attempted then 1 end) as orders,
        count(case when is_approved then 1 end) as approved_orders,
        count(case when is_declined then 1 end) as declined_orders,
        count(is_first_order) as told_orders,
        count(case when is_first_order and is_approved then 1 end) as first_orders,
        sum(gross_amount) as revenue,
        count(case when is_mature and is_approved then 1 end) as mature_orders,
        count(case when is_mature and is_refunded then 1 end) as refunded_mature_orders,
        count(case when is_core_order then 1 end) as core_orders,
        sum(core_amount) as core_revenue
    from placed
    group by client_id, window_name, advertiser_id, state_code
)

select
    -- keys
    cast(summed.client_id as {{ dbt.type_string() }}) as client_id,
    cast(summed.window_name as {{ dbt.type_string() }}) as window_name,
    cast(summed.advertiser_id as {{ dbt.type_string() }}) as advertiser_id,
    cast(summed.state_code as {{ dbt.type_string() }}) as state_code,

    -- dimensions
    cast(advertisers.advertiser_label as {{ dbt.type_string() }}) as advertiser_label,
    cast(coalesce(states.state_name, summed.state_code) as {{ dbt.type_string() }}) as state_name,
    cast(coalesce(states.state_kind, 'unknown') as {{ dbt.type_string() }}) as state_kind,
    cast(whole_windows.start_date as date) as window_start_date,
    cast(whole_windows.end_date as date) as window_end_date,

    -- measures
    cast(summed.orders as bigint) as orders,
    cast(summed.approved_orders as bigint) as approved_orders,
    cast(summed.declined_orders as bigint) as declined_orders,
    cast(case when summed.told_orders > 0 then summed.first_orders end as bigint) as first_orders,
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
    cast(whole_windows.orders_complete as boolean) as orders_complete
from summed
inner join whole_windows
    on
        summed.client_id = whole_windows.client_id
        and summed.window_name = whole_windows.window_name
left join counted_buyers
    on
        summed.client_id = counted_buyers.client_id
        and summed.window_name = counted_buyers.window_name
        and summed.advertiser_id = counted_buyers.advertiser_id
        and summed.state_code = counted_buyers.state_code
left join clients on summed.client_id = clients.client_id
left join states on summed.state_code = states.state_code
left join advertisers
    on
        summed.client_id = advertisers.client_id
        and summed.advertiser_id = advertisers.advertiser_id
