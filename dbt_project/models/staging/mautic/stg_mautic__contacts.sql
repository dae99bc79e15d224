-- A person's own data ends here: the salted hash is all that leaves.
with source as (
    select * from {{ source('mautic', 'contacts') }}
),

clients as (
    select * from {{ ref('clients') }}
),

salt as (  -- one row, also when there is no salt
    select max(salt) as salt
    from {{ source('ops', 'hash_salt') }}
),

renamed as (
    select
        -- keys
        cast(source._client_id as {{ dbt.type_string() }}) as client_id,
        cast(source.id as {{ dbt.type_string() }}) as contact_id,

        -- dimensions
        {{ customer_hash(
            'source._client_id', without_placeholder('mautic', 'source.email'), 'salt.salt'
        ) }} as customer_hash,
        {{ local_date('source.date_added', "coalesce(clients.timezone, 'UTC')") }}
            as first_seen_date,

        -- measures
        cast(source.points as bigint) as points,

        -- flags
        coalesce(source.is_published, false) as is_published,

        -- timestamps
        source.date_added as created_at,
        source.date_modified as updated_at,
        source.date_identified as identified_at,
        source.last_active as last_active_at,
        source._removed_at as removed_at,
        source._loaded_at
    from source
    left join clients on source._client_id = clients.client_id
    cross join salt
)

select * from renamed
