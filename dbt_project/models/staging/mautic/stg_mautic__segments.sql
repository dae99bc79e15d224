with source as (
    select * from {{ source('mautic', 'segments') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(id as {{ dbt.type_string() }}) as segment_id,

        -- dimensions
        {{ bounded_text("nullif(trim(both ' ' from name), '')") }} as segment_name,
        cast({{ bounded_text('alias') }} as {{ dbt.type_string() }}) as segment_alias,
        {{ bounded_text("nullif(trim(both ' ' from description), '')") }} as segment_description,

        -- flags
        coalesce(is_published, false) as is_published,

        -- timestamps
        date_added as created_at,
        date_modified as updated_at,
        _removed_at as removed_at,
        _loaded_at
    from source
)

select * from renamed
