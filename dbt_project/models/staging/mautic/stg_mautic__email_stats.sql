with source as (
    select * from {{ source('mautic', 'email_stats') }}
    where _removed_at is null
),

clients as (
    select * from {{ ref('clients') }}
),

judged as (
    select
        *,
        coalesce(is_read, false) or date_read is not null as was_read
    from source
),

opened as (  -- where Mautic kept no time of the first opening, the nearest it has
    select
        *,
        case when was_read then coalesce(date_read, last_opened, date_sent) end as read_at
    from judged
),

renamed as (
    select
        -- keys
        cast(opened._client_id as {{ dbt.type_string() }}) as client_id,
        cast(opened.id as {{ dbt.type_string() }}) as mail_id,

        -- dimensions
        -- of an e-mail that was deleted, what sent it still knows the id, if that was no campaign
        cast(
            coalesce(
                opened.email_id, case when opened.source = 'email' then opened.source_id end
            ) as {{ dbt.type_string() }}
        ) as email_id,
        cast(opened.lead_id as {{ dbt.type_string() }}) as contact_id,
        cast(opened.list_id as {{ dbt.type_string() }}) as segment_id,
        cast({{ bounded_text('opened.source') }} as {{ dbt.type_string() }}) as sender,
        cast(opened.source_id as {{ dbt.type_string() }}) as sender_id,
        {{ local_date('opened.date_sent', "coalesce(clients.timezone, 'UTC')") }} as sent_date,
        {{ local_date('opened.read_at', "coalesce(clients.timezone, 'UTC')") }} as read_date,

        -- measures
        cast(opened.open_count as bigint) as opens,
        cast(opened.retry_count as bigint) as retries,

        -- flags
        opened.was_read as is_read,
        coalesce(opened.is_failed, false) as is_failed,

        -- timestamps
        opened.date_sent as sent_at,
        opened.read_at,
        opened.last_opened as last_opened_at,
        opened._loaded_at
    from opened
    left join clients on opened._client_id = clients.client_id
)

select * from renamed
