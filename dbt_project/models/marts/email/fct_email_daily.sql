-- Each thing that happened to a mail counts on the day it happened, so the counts of a row are not
-- of the same mails; what became of the mails that were sent that day stands beside them. Mautic
-- forgets an e-mail's id when the e-mail is deleted: -1 keeps its counts.
with mails as (
    select
        *,
        coalesce(email_id, '-1') as known_email_id
    from {{ ref('stg_mautic__email_stats') }}
),

clicks as (  -- hits of a deleted contact cannot be told apart: each counts
    select
        *,
        coalesce(email_id, '-1') as known_email_id,
        coalesce(contact_id, 'click:' || click_id) as clicker
    from {{ ref('stg_mautic__clicks') }}
),

notes as (  -- Mautic dates them all; one without a time would be of no day
    select
        *,
        coalesce(channel_id, '-1') as known_email_id
    from {{ ref('stg_mautic__do_not_contact') }}
    where
        channel = 'email'
        and noted_date is not null
),

emails as (
    select * from {{ ref('stg_mautic__emails') }}
),

complete_days as (
    select * from {{ ref('int_source_days__status') }}
    where
        source_name = 'mautic'
        and is_complete
),

first_clicks as (
    select
        client_id,
        known_email_id,
        clicker,
        min(clicked_date) as clicked_date
    from clicks
    group by client_id, known_email_id, clicker
),

clickers as (
    select distinct
        client_id,
        email_id,
        contact_id
    from clicks
    where
        email_id is not null
        and contact_id is not null
),

sent_mails as (
    select
        mails.*,
        clickers.client_id is not null as is_clicked
    from mails
    left join clickers
        on
            mails.client_id = clickers.client_id
            and mails.email_id = clickers.email_id
            and mails.contact_id = clickers.contact_id
),

happened as (
    select
        client_id,
        sent_date as report_date,
        known_email_id,
        count(*) as sent,
        count(case when is_failed then 1 end) as failed,
        count(case when is_read then 1 end) as read_of_sent,
        count(case when is_clicked then 1 end) as clicked_of_sent,
        0 as opened,
        0 as clicked,
        0 as bounced,
        0 as unsubscribed
    from sent_mails
    group by client_id, sent_date, known_email_id
    union all
    select
        client_id,
        read_date as report_date,
        known_email_id,
        0 as sent,
        0 as failed,
        0 as read_of_sent,
        0 as clicked_of_sent,
        count(*) as opened,
        0 as clicked,
        0 as bounced,
        0 as unsubscribed
    from mails
    where is_read
    group by client_id, read_date, known_email_id
    union all
    select
        client_id,
        clicked_date as report_date,
        known_email_id,
        0 as sent,
        0 as failed,
        0 as read_of_sent,
        0 as clicked_of_sent,
        0 as opened,
        count(*) as clicked,
        0 as bounced,
        0 as unsubscribed
    from first_clicks
    group by client_id, clicked_date, known_email_id
    union all
    select
        client_id,
        noted_date as report_date,
        known_email_id,
        0 as sent,
        0 as failed,
        0 as read_of_sent,
        0 as clicked_of_sent,
        0 as opened,
        0 as clicked,
        count(case when reason = 'bounced' then 1 end) as bounced,
        count(case when reason = 'unsubscribed' then 1 end) as unsubscribed
    from notes
    where reason in ('bounced', 'unsubscribed')
    group by client_id, noted_date, known_email_id
),

summed as (
    select
        client_id,
        report_date,
        known_email_id,
        sum(sent) as sent,
        sum(failed) as failed,
        sum(read_of_sent) as read_of_sent,
        sum(clicked_of_sent) as clicked_of_sent,
        sum(opened) as opened,
        sum(clicked) as clicked,
        sum(bounced) as bounced,
        sum(unsubscribed) as unsubscribed
    from happened
    group by client_id, report_date, known_email_id
)

select
    -- keys
    summed.client_id,
    cast(summed.report_date as date) as report_date,
    summed.known_email_id as email_id,

    -- dimensions
    cast(
        case when summed.known_email_id = '-1' then 'No e-mail id' else emails.email_name end
        as {{ dbt.type_string() }}
    ) as email_name,
    emails.email_subject,

    -- measures
    cast(summed.sent as bigint) as sent,
    cast(summed.failed as bigint) as failed,
    cast(summed.read_of_sent as bigint) as read_of_sent,
    cast(summed.clicked_of_sent as bigint) as clicked_of_sent,
    cast(summed.opened as bigint) as read, -- noqa: RF04
    cast(summed.clicked as bigint) as clicked,
    cast(summed.bounced as bigint) as bounced,
    cast(summed.unsubscribed as bigint) as unsubscribed,

    -- flags
    cast(complete_days.client_id is not null as boolean) as is_complete
from summed
left join emails
    on
        summed.client_id = emails.client_id
        and summed.known_email_id = emails.email_id
left join complete_days
    on
        summed.client_id = complete_days.client_id
        and summed.report_date = complete_days.report_date
