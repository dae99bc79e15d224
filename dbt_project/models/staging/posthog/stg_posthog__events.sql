-- A distinct id may be an e-mail: where PostHog names no person, its salted hash is taken for one.
-- Some senders give several events one uuid: each is there.
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
        cast({{ bounded_text('source.event') }} as {{ dbt.type_string() }}) as event_name,
        coalesce(
            {{ without_placeholder('posthog', 'source.person_id') }},
            {{ salted_hash(
                "source._client_id || '|distinct:' || "
                ~ without_placeholder('posthog', 'source.distinct_id'),
                'salt.salt',
            ) }}
        ) as person_id,
        {{ local_date('source.timestamp', "coalesce(clients.timezone, 'UTC')") }} as report_date,
        {% for name in ['utm_source', 'utm_medium', 'utm_campaign'] %}
            nullif({{ bounded_text(clean_id(json_text('source.properties', name))) }}, '')
                as {{ name }},
        {% endfor %}

        -- timestamps
        source.timestamp as event_at,
        source._loaded_at
    from source
    left join clients on source._client_id = clients.client_id
    cross join salt
)

select * from renamed
