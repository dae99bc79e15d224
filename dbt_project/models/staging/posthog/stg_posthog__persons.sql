-- Names, ids they were seen under and properties name people: they stay in the raw table.
with source as (
    select * from {{ source('posthog', 'persons') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(id as {{ dbt.type_string() }}) as person_id,

        -- flags
        coalesce(is_identified, false) as is_identified,

        -- timestamps
        created_at,
        last_seen_at,
        _removed_at as removed_at,
        _loaded_at
    from source
)

select * from renamed
