with events as (
    select * from {{ ref('stg_posthog__events') }}
),

complete_days as (
    select * from {{ ref('int_source_days__status') }}
    where
        source_name = 'posthog'
        and is_complete
),

summed as (
    select
        client_id,
        report_date,
        event_name,
        coalesce(utm_source, '(none)') as utm_source,
        count(*) as events,
        count(distinct person_id) as persons
    from events
    group by client_id, report_date, event_name, coalesce(utm_source, '(none)')
)

select
    -- keys
    summed.client_id,
    cast(summed.report_date as date) as report_date,
    summed.event_name,
    summed.utm_source,

    -- measures
    cast(summed.events as bigint) as events,
    cast(summed.persons as bigint) as persons,

    -- flags
    cast(complete_days.client_id is not null as boolean) as is_complete
from summed
left join complete_days
    on
        summed.client_id = complete_days.client_id
        and summed.report_date = complete_days.report_date
