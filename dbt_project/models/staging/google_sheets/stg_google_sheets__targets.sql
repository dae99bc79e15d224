with source as (
    select * from {{ source('google_sheets', 'targets') }}
),

typed_in as (  -- a line that was taken out of the sheet is no target any more
    select * from source
    where _removed_at is null
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast({{ dbt.date_trunc('month', 'month') }} as date) as report_month, -- noqa: RF04
        cast(advertiser as {{ dbt.type_string() }}) as delivered_advertiser,
        cast(month as date) as delivered_month, -- noqa: RF04

        -- dimensions
        {{ bounded_text("trim(both ' ' from cast(advertiser as " ~ dbt.type_string() ~ "))") }}
            as advertiser,
        -- "Effective Cost" is effective_cost; any other word stays what it is
        nullif(translate({{ bounded_text(clean_id('basis')) }}, ' -', '__'), '') as target_basis,
        nullif(trim(both ' ' from cast(note as {{ dbt.type_string() }})), '') as note,

        -- measures
        cast(budget as decimal(18, 4)) as budget, -- NULL: not given
        cast(target_cpa as decimal(18, 4)) as target_cpa,

        -- load
        _loaded_at
    from typed_in
)

select * from renamed
