-- Filters may list people's e-mails: they stay in the raw table.
with source as (
    select * from {{ source('posthog', 'feature_flags') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(id as {{ dbt.type_string() }}) as flag_id,

        -- dimensions
        cast({{ bounded_text('key') }} as {{ dbt.type_string() }}) as flag_key, -- noqa: RF04
        {{ bounded_text("nullif(trim(both ' ' from name), '')") }} as flag_description,

        -- measures
        cast(rollout_percentage as decimal(18, 4)) as rollout_percentage,
        cast(version as bigint) as version_number,

        -- flags
        coalesce(active, false) as is_active,

        -- timestamps
        created_at,
        updated_at,
        _removed_at as removed_at,
        _loaded_at
    from source
)

select * from renamed
