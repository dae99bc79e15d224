-- A distinct id may be an e-mail: where PostHog names no person, its salted hash is taken for one.
with source as (
    select * from {{ source('posthog', 'events') }}
    where _removed_at is null
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
        cast(source.uuid as {{ dbt.type_string() }}) as event_id,

        -- dimensions
        cast(source.event as {{ dbt.type_string() }}) as event_name,
        coalesce(
            nullif(cast(source.person_id as {{ dbt.type_string() }}), ''),
            {{ salted_hash(
                "source._client_id || '|distinct:' || nullif(source.distinct_id, '')", 'salt.salt'
            ) }}
        ) as person_id,
        {{ local_date('source.timestamp', "coalesce(clients.timezone, 'UTC')") }} as report_date,
        {% for name in ['utm_source', 'utm_medium', 'utm_campaign'] %}
            nullif({{ clean_id(json_text('source.properties', name)) }}, '') as {{ name }},
        {% endfor %}

        -- timestamps
        source.timestamp as event_at,
        source._loaded_at
    from source
    left join clients on source._client_id = clients.client_id
    cross join salt
)

select * from renamed
