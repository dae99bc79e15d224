with source as (  -- a contact taken out by hand is not a member
    select * from {{ source('mautic', 'lead_lists_leads') }}
    where
        _removed_at is null
        and not coalesce(manually_removed, false)
),

renamed as (
    select
        -- keys
        cast(_client_id as {{ dbt.type_string() }}) as client_id,
        cast(leadlist_id as {{ dbt.type_string() }}) as segment_id,
        cast(lead_id as {{ dbt.type_string() }}) as contact_id,

        -- flags
        coalesce(manually_added, false) as is_added_by_hand,

        -- timestamps
        date_added as joined_at,
        _loaded_at
    from source
)

select * from renamed
