-- What happened to a mail counts once, on some day, also when Mautic has forgotten the e-mail.
with marts as (
    select
        client_id,
        sum(sent) as sent,
        sum(failed) as failed,
        sum(read) as opened,
        sum(clicked) as clicked,
        sum(bounced) as bounced,
        sum(unsubscribed) as unsubscribed
    from {{ ref('fct_email_daily') }}
    group by client_id
),

mails as (
    select
        client_id,
        count(*) as sent,
        count(case when is_failed then 1 end) as failed,
        count(case when is_read then 1 end) as opened
    from {{ ref('stg_mautic__email_stats') }}
    group by client_id
),

clickers as (
    select distinct
        client_id,
        email_id,
        contact_id,
        case when contact_id is null then click_id end as click_of_nobody
    from {{ ref('stg_mautic__clicks') }}
),

clicks as (
    select
        client_id,
        count(*) as clicked
    from clickers
    group by client_id
),

notes as (
    select
        client_id,
        count(case when reason = 'bounced' then 1 end) as bounced,
        count(case when reason = 'unsubscribed' then 1 end) as unsubscribed
    from {{ ref('stg_mautic__do_not_contact') }}
    where
        channel = 'email'
        and noted_at is not null
    group by client_id
)

select
    client_id,
    marts.sent as mart_sent,
    mails.sent as staged_sent
from marts
full outer join mails using (client_id)
full outer join clicks using (client_id)
full outer join notes using (client_id)
where
    coalesce(marts.sent, 0) <> coalesce(mails.sent, 0)
    or coalesce(marts.failed, 0) <> coalesce(mails.failed, 0)
    or coalesce(marts.opened, 0) <> coalesce(mails.opened, 0)
    or coalesce(marts.clicked, 0) <> coalesce(clicks.clicked, 0)
    or coalesce(marts.bounced, 0) <> coalesce(notes.bounced, 0)
    or coalesce(marts.unsubscribed, 0) <> coalesce(notes.unsubscribed, 0)
