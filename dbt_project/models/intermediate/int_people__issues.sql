-- What Mautic says and this project has no meaning for. Neither holds a day back: such a contact is
-- written to no more in any case, and only why, or on which day, is not known.
with notes as (
    select
        *,
        coalesce(noted_date, {{ local_date('_loaded_at', "'UTC'") }}) as report_date
    from {{ ref('stg_mautic__do_not_contact') }}
),

found as (
    select
        client_id,
        report_date,
        'unknown reason' as kind,
        coalesce(reason_code, 'none') as word
    from notes
    where reason = 'unknown'
    union all
    select
        client_id,
        report_date,
        'note without a day' as kind,
        reason as word
    from notes
    where
        reason in ('unsubscribed', 'bounced')
        and channel = 'email'
        and noted_date is null
)

select
    client_id,
    'mautic' as source_name,
    'lead_donotcontact' as raw_table,
    report_date,
    kind,
    word,
    word as example,
    false as holds_back,
    '/api/stats/lead_donotcontact' as origin,
    count(*) as rows_found
from found
group by client_id, report_date, kind, word
