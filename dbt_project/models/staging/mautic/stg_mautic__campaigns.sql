with source as (
    select * from {{ source('mautic', 'campaigns') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(id as {{ dbt.type_string() }}) as campaign_id,

        -- dimensions
        {{ bounded_text("nullif(trim(both ' ' from name), '')") }} as campaign_name,
        {{ bounded_text("nullif(trim(both ' ' from description), '')") }} as campaign_description,
        {{ bounded_text("nullif(trim(both ' ' from category), '')") }} as category_name,

        -- flags
        coalesce(is_published, false) as is_published,

        -- timestamps
        date_added as created_at,
        date_modified as updated_at,
        publish_up as published_from_at,
        publish_down as published_until_at,
        _removed_at as removed_at,
        _loaded_at
    from source
)

select * from renamed
