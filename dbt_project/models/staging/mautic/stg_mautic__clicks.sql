-- Addresses may carry people's e-mails: they stay in the raw table.
with source as (  -- a visit that no mail brought is no click
    select * from {{ source('mautic', 'page_hits') }}
    where
        _removed_at is null
        and (email_id is not null or source = 'email')
),

clients as (
    select * from {{ ref('clients') }}
),

renamed as (
    select
        -- keys
        cast(source._client_id as {{ dbt.type_string() }}) as client_id,
        cast(source.id as {{ dbt.type_string() }}) as click_id,

        -- dimensions
        -- of an e-mail that was deleted, the source alone still knows the id
        cast(
            coalesce(
                source.email_id, case when source.source = 'email' then source.source_id end
            ) as {{ dbt.type_string() }}
        ) as email_id,
        cast(source.lead_id as {{ dbt.type_string() }}) as contact_id,
        {{ local_date('source.date_hit', "coalesce(clients.timezone, 'UTC')") }} as clicked_date,

        -- timestamps
        source.date_hit as clicked_at,
        source._loaded_at
    from source
    left join clients on source._client_id = clients.client_id
)

select * from renamed
