with source as (
    select * from {{ source('redtrack', 'daily_spend') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(date as date) as report_date,
        {{ bounded_text(clean_id('source_id')) }} as redtrack_source_id,
        cast(source_id as {{ dbt.type_string() }}) as delivered_source_id,

        -- dimensions
        {{ bounded_text("nullif(trim(both ' ' from source), '')") }} as redtrack_source,

        -- measures
        cast(clicks as bigint) as tracker_clicks,
        cast(conversions as bigint) as tracker_conversions,
        cast(cost as decimal(18, 4)) as spend, -- NULL: the tracker did not answer a cost
        cast(revenue as decimal(18, 4)) as tracker_revenue,

        -- load
        _loaded_at
    from source
)

select * from renamed
