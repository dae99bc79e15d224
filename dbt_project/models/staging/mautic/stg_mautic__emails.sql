with source as (
    select * from {{ source('mautic', 'emails') }}
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(id as {{ dbt.type_string() }}) as email_id,

        -- dimensions
        {{ bounded_text("nullif(trim(both ' ' from name), '')") }} as email_name,
        {{ bounded_text("nullif(trim(both ' ' from subject), '')") }} as email_subject,
        cast({{ bounded_text('email_type') }} as {{ dbt.type_string() }}) as email_type,
        cast({{ bounded_text('language') }} as {{ dbt.type_string() }})
            as email_language, -- noqa: RF04
        {{ bounded_text("nullif(trim(both ' ' from category), '')") }} as category_name,
        cast(variant_parent as {{ dbt.type_string() }}) as variant_parent_id,

        -- measures
        cast(sent_count as bigint) as counted_sent,
        cast(read_count as bigint) as counted_read,

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
