with source as (
    select * from {{ source('posthog', 'experiments') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(id as {{ dbt.type_string() }}) as experiment_id,

        -- dimensions
        {{ bounded_text("nullif(trim(both ' ' from name), '')") }} as experiment_name,
        {{ bounded_text("nullif(trim(both ' ' from description), '')") }}
            as experiment_description,
        cast({{ bounded_text('type') }} as {{ dbt.type_string() }})
            as experiment_type, -- noqa: RF04
        cast({{ bounded_text('feature_flag_key') }} as {{ dbt.type_string() }}) as flag_key,
        cast({{ bounded_text('conclusion') }} as {{ dbt.type_string() }}) as conclusion,

        -- flags
        coalesce(archived, false) as is_archived,

        -- timestamps
        start_date as started_at,
        end_date as ended_at,
        created_at,
        updated_at,
        _removed_at as removed_at,
        _loaded_at
    from source
)

select * from renamed
