with contacts as (
    select * from {{ ref('stg_mautic__contacts') }}
),

members as (
    select * from {{ ref('stg_mautic__segment_members') }}
),

segments as (
    select * from {{ ref('stg_mautic__segments') }}
),

notes as (
    select * from {{ ref('stg_mautic__do_not_contact') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

named_members as (  -- a deleted segment has no members
    select
        members.client_id,
        members.contact_id,
        members.segment_id,
        coalesce(segments.segment_name, 'Segment ' || members.segment_id) as segment_name
    from members
    left join segments
        on
            members.client_id = segments.client_id
            and members.segment_id = segments.segment_id
    where segments.removed_at is null
),

memberships as (
    select
        client_id,
        contact_id,
        count(*) as segment_count,
        {{ dbt.listagg(
            'segment_name',
            "', '",
            'order by ' ~ byte_order('segment_name') ~ ', ' ~ byte_order('segment_id'),
        ) }} as segments
    from named_members
    group by client_id, contact_id
),

silenced as (  -- whatever the reason, no mail goes there
    select distinct
        client_id,
        contact_id
    from notes
    where
        channel = 'email'
        and reason <> 'contactable'
)

select
    -- keys
    contacts.client_id,
    contacts.contact_id,
    contacts.customer_hash,

    -- dimensions
    cast(contacts.first_seen_date as date) as first_seen_date,
    memberships.segments,
    cast(customers.first_order_date as date) as first_order_date,

    -- measures
    cast(coalesce(memberships.segment_count, 0) as bigint) as segment_count,
    cast(coalesce(customers.orders, 0) as bigint) as orders,

    -- flags
    cast(
        contacts.customer_hash is not null
        and contacts.removed_at is null
        and silenced.client_id is null
        as boolean
    ) as is_subscribed,
    cast(coalesce(customers.orders, 0) > 0 as boolean) as has_ordered,
    cast(contacts.removed_at is not null as boolean) as is_removed
from contacts
left join memberships
    on
        contacts.client_id = memberships.client_id
        and contacts.contact_id = memberships.contact_id
left join silenced
    on
        contacts.client_id = silenced.client_id
        and contacts.contact_id = silenced.contact_id
left join customers
    on
        contacts.client_id = customers.client_id
        and contacts.customer_hash = customers.customer_hash
