-- Whoever does the first step of a funnel on a day enters it that day, once.
with marts as (
    select
        client_id,
        report_date,
        persons
    from {{ ref('fct_funnel_daily') }}
    where
        step_number = 1
        and persons > 0
),

staged as (
    select
        events.client_id,
        events.report_date,
        count(distinct events.person_id) as persons
    from {{ ref('stg_posthog__events') }} as events
    inner join {{ ref('funnel_steps') }} as funnel_steps
        on
            events.client_id = funnel_steps.client_id
            and events.event_name = funnel_steps.event_name
    where
        funnel_steps.step_number = 1
        and events.person_id is not null
    group by events.client_id, events.report_date
)

select
    client_id,
    report_date,
    marts.persons as mart_persons,
    staged.persons as staged_persons
from marts
full outer join staged using (client_id, report_date)
where coalesce(marts.persons, 0) <> coalesce(staged.persons, 0)
