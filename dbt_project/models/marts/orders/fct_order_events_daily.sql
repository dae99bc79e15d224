with orders as (  -- read four times, so only what is needed of each order is kept
    select
        client_id,
        advertiser_id,
        first_approved_date,
        first_declined_date,
        first_refunded_date,
        first_chargeback_date,
        arrived_approved_amount,
        arrived_declined_amount,
        arrived_refunded_amount,
        arrived_chargeback_amount
    from {{ ref('int_orders__attributed') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

arrivals as (  -- an order has each state once, on the day a file first said so
    select
        client_id,
        advertiser_id,
        first_approved_date as report_date,
        'approved' as arrival,
        arrived_approved_amount as amount
    from orders
    where first_approved_date is not null
    union all
    select
        client_id,
        advertiser_id,
        first_declined_date as report_date,
        'declined' as arrival,
        arrived_declined_amount as amount
    from orders
    where first_declined_date is not null
    union all
    select
        client_id,
        advertiser_id,
        first_refunded_date as report_date,
        'refunded' as arrival,
        arrived_refunded_amount as amount
    from orders
    where first_refunded_date is not null
    union all
    select
        client_id,
        advertiser_id,
        first_chargeback_date as report_date,
        'chargeback' as arrival,
        arrived_chargeback_amount as amount
    from orders
    where first_chargeback_date is not null
),

summed as (
    select
        client_id,
        report_date,
        advertiser_id,
        count(case when arrival = 'approved' then 1 end) as approvals,
        count(case when arrival = 'declined' then 1 end) as declines,
        count(case when arrival = 'refunded' then 1 end) as refunds,
        count(case when arrival = 'chargeback' then 1 end) as chargebacks,
        sum(case when arrival = 'approved' then amount else 0 end) as approved_amount,
        sum(case when arrival = 'declined' then amount else 0 end) as declined_amount,
        sum(case when arrival = 'refunded' then amount else 0 end) as refunded_amount,
        sum(case when arrival = 'chargeback' then amount else 0 end) as chargeback_amount
    from arrivals
    group by client_id, report_date, advertiser_id
)

select
    -- keys
    cast(summed.client_id as {{ dbt.type_string() }}) as client_id,
    cast(summed.report_date as date) as report_date,
    cast(summed.advertiser_id as {{ dbt.type_string() }}) as advertiser_id,

    -- dimensions
    cast(advertisers.advertiser_label as {{ dbt.type_string() }}) as advertiser_label,

    -- measures
    cast(summed.approvals as bigint) as approvals,
    cast(summed.approved_amount as decimal(18, 4)) as approved_amount,
    cast(summed.declines as bigint) as declines,
    cast(summed.declined_amount as decimal(18, 4)) as declined_amount,
    cast(summed.refunds as bigint) as refunds,
    cast(summed.refunded_amount as decimal(18, 4)) as refunded_amount,
    cast(summed.chargebacks as bigint) as chargebacks,
    cast(summed.chargeback_amount as decimal(18, 4)) as chargeback_amount
from summed
left join advertisers
    on
        summed.client_id = advertisers.client_id
        and summed.advertiser_id = advertisers.advertiser_id
