with advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

order_days as (  -- summed before they meet the ages; the state is today's, its day the first file's
    select
        client_id,
        advertiser_id,
        order_date,
        case when is_refunded then first_refunded_date end as refunded_date,
        case when is_chargeback then first_chargeback_date end as chargeback_date,
        max(last_file_date) as last_file_date,
        sum(orders) as orders,
        sum(approved_orders) as approved_orders
    from {{ ref('int_orders__by_history') }}
    group by
        client_id,
        advertiser_id,
        order_date,
        case when is_refunded then first_refunded_date end,
        case when is_chargeback then first_chargeback_date end
),

anchors as (  -- what a cohort's age is counted to: the client's newest file, never the clock
    select
        client_id,
        max(last_file_date) as last_file_date
    from order_days
    group by client_id
),

ages as (
    select age_list.age_days
    from (values (0), (7), (30), (60), (90), (180)) as age_list (age_days)
),

aged as (
    select
        order_days.*,
        ages.age_days,
        anchors.last_file_date as anchor_date,
        cast({{ dbt.dateadd('day', 'ages.age_days', 'order_days.order_date') }} as date)
            as known_through_date
    from order_days
    inner join anchors on order_days.client_id = anchors.client_id
    cross join ages
),

summed as (  -- each order day at every age that it has reached; at 0 always
    select
        client_id,
        advertiser_id,
        order_date,
        age_days,
        sum(orders) as orders,
        sum(approved_orders) as approved_orders,
        sum(case when refunded_date <= known_through_date then approved_orders else 0 end)
            as refunded_orders,
        sum(case when chargeback_date <= known_through_date then approved_orders else 0 end)
            as chargeback_orders
    from aged
    where age_days = 0 or known_through_date <= anchor_date
    group by client_id, advertiser_id, order_date, age_days
)

select
    -- keys
    summed.client_id,
    cast(summed.order_date as date) as order_date,
    summed.advertiser_id,
    cast(summed.age_days as bigint) as age_days,

    -- dimensions
    advertisers.advertiser_label,

    -- measures
    cast(summed.orders as bigint) as orders,
    cast(summed.approved_orders as bigint) as approved_orders,
    cast(summed.refunded_orders as bigint) as refunded_orders,
    cast(summed.chargeback_orders as bigint) as chargeback_orders,

    -- rates: refunds take a month to come, chargebacks a quarter of a year
    {{ safe_divide('summed.approved_orders', 'summed.orders') }} as approval_rate,
    case
        when summed.age_days >= 30
            then {{ safe_divide('summed.refunded_orders', 'summed.approved_orders') }}
    end as refund_rate,
    case
        when summed.age_days >= 90
            then {{ safe_divide('summed.chargeback_orders', 'summed.approved_orders') }}
    end as chargeback_rate
from summed
left join advertisers
    on
        summed.client_id = advertisers.client_id
        and summed.advertiser_id = advertisers.advertiser_id
