-- A test and no foreign key, which Postgres would check anew for each order at each publishing.
with orders as (
    select distinct
        client_id,
        advertiser_id
    from {{ ref('fct_orders') }}
)

select
    orders.client_id,
    orders.advertiser_id
from orders
left join {{ ref('dim_advertisers') }} as advertisers
    on
        orders.client_id = advertisers.client_id
        and orders.advertiser_id = advertisers.advertiser_id
where advertisers.client_id is null
