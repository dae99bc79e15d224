with source as (
    select * from {{ source('everflow', 'daily_stats') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(date as date) as report_date,
        cast(affiliate_id as bigint) as affiliate_id, -- 0 is N/A
        cast(advertiser_id as bigint) as advertiser_id,

        -- dimensions
        {{ bounded_text("nullif(trim(both ' ' from affiliate_label), '')") }} as affiliate_label,
        {{ bounded_text("nullif(trim(both ' ' from advertiser_label), '')") }} as advertiser_label,
        cast(currency as {{ dbt.type_string() }}) as currency,

        -- measures
        cast(clicks as bigint) as clicks,
        cast(conversions as bigint) as conversions,
        cast(revenue as decimal(18, 4)) as revenue,
        cast(payout as decimal(18, 4)) as payout,
        cast(profit as decimal(18, 4)) as profit,
        cast(event as bigint) as events,
        cast(event_revenue as decimal(18, 4)) as event_revenue,
        cast(invalid_cv_scrub as bigint) as scrubbed_conversions,
        cast(view_through_cv as bigint) as view_through_conversions,
        cast(media_buying_cost as decimal(18, 4)) as media_buying_cost,

        -- load
        _loaded_at
    from source
)

select * from renamed
