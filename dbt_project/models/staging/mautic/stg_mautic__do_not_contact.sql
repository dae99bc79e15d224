-- Comments quote addresses of people: they stay in the raw table.
with source as (
    select * from {{ source('mautic', 'lead_donotcontact') }}
    where _removed_at is null
),

clients as (
    select * from {{ ref('clients') }}
),

renamed as (
    select
        -- keys
        cast(source._client_id as {{ dbt.type_string() }}) as client_id,
        cast(source.id as {{ dbt.type_string() }}) as note_id,

        -- dimensions
        cast(source.lead_id as {{ dbt.type_string() }}) as contact_id,
        {{ bounded_text(clean_id('source.channel')) }} as channel,
        cast(source.channel_id as {{ dbt.type_string() }}) as channel_id,
        case source.reason
            when 0 then 'contactable'
            when 1 then 'unsubscribed'
            when 2 then 'bounced'
            when 3 then 'manual'
            else 'unknown'
        end as reason,
        cast(source.reason as {{ dbt.type_string() }}) as reason_code,
        {{ local_date('source.date_added', "coalesce(clients.timezone, 'UTC')") }} as noted_date,

        -- timestamps
        source.date_added as noted_at,
        source._loaded_at
    from source
    left join clients on source._client_id = clients.client_id
)

select * from renamed
