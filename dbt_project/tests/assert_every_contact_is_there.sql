-- Segments, notes and orders are joined to contacts; no join adds or loses a contact.
with counted as (
    select
        client_id,
        contact_id,
        1 as contacts
    from {{ ref('stg_mautic__contacts') }}
    union all
    select
        client_id,
        contact_id,
        -1 as contacts
    from {{ ref('dim_contacts') }}
)

select
    client_id,
    contact_id,
    sum(contacts) as contacts
from counted
group by client_id, contact_id
having sum(contacts) <> 0
