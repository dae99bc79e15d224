-- Funnel conversion per day and step. A person enters a day with their first step 1 of it, and
-- goes on with the first step 2 from then on, the first step 3 from that moment on, and so forth,
-- all within 24 hours of entering: if any order of their events leads through the funnel from
-- their first step 1 of the day, this one does. Later step 1s of the day are not tried. Steps of
-- the same moment follow each other in either order, as clocks cannot tell.
-- One window finds for each event the next step's first one; then each entry takes one hop a step.
with recursive events as (  -- read twice, and so kept by Postgres: no more than is needed
    select
        client_id,
        person_id,
        report_date,
        event_name,
        event_at
    from {{ ref('stg_posthog__events') }}
),

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

read_days as (
    select * from {{ ref('int_source_days__status') }}
    where source_name = 'posthog'
),

moments as (  -- one row per person, step and moment: repeats at once must not fan out below
    select distinct
        events.client_id,
        events.person_id,
        events.report_date,
        events.event_at,
        funnel_steps.step_number
    from events
    inner join funnel_steps
        on
            events.client_id = funnel_steps.client_id
            and events.event_name = funnel_steps.event_name
    where events.person_id is not null
),

hops as (  -- each moment twice: where a hop from its step begins, and where one to it may end
    select
        client_id,
        person_id,
        step_number,
        event_at,
        true as is_start
    from moments
    union all
    select
        client_id,
        person_id,
        step_number - 1 as step_number,
        event_at,
        false as is_start
    from moments
    where step_number > 1
),

followed as (
    select
        client_id,
        person_id,
        step_number,
        event_at,
        is_start,
        min(case when not is_start then event_at end) over (
            partition by client_id, person_id, step_number
            -- backwards, so that the frame only grows: else Postgres adds it up again for each row
            order by event_at desc
            range between unbounded preceding and current row
        ) as next_at
    from hops
),

next_steps as (
    select * from followed
    where
        is_start
        and next_at is not null
),

reached as (
    select
        client_id,
        person_id,
        report_date,
        step_number,
        min(event_at) as entered_at,
        min(event_at) as reached_at
    from moments
    where step_number = 1
    group by client_id, person_id, report_date, step_number
    union all
    select
        reached.client_id,
        reached.person_id,
        reached.report_date,
        reached.step_number + 1 as step_number,
        reached.entered_at,
        next_steps.next_at as reached_at
    from reached
    inner join next_steps
        on
            reached.client_id = next_steps.client_id
            and reached.person_id = next_steps.person_id
            and reached.step_number = next_steps.step_number
            and reached.reached_at = next_steps.event_at
    where next_steps.next_at <= reached.entered_at + interval '24 hour'
),

counted as (
    select
        client_id,
        report_date,
        step_number,
        count(*) as persons
    from reached
    group by client_id, report_date, step_number
),

days as (  -- a day without an entry shows zeros, whether it had other events or none at all
    select
        client_id,
        report_date
    from events
    union distinct
    select
        client_id,
        report_date
    from read_days
    where is_complete
),

steps as (
    select
        days.client_id,
        days.report_date,
        funnel_steps.step_number,
        funnel_steps.event_name,
        coalesce(counted.persons, 0) as persons,
        coalesce(read_days.is_complete and next_days.is_complete, false) as is_complete
    from days
    inner join funnel_steps on days.client_id = funnel_steps.client_id
    left join counted
        on
            days.client_id = counted.client_id
            and days.report_date = counted.report_date
            and funnel_steps.step_number = counted.step_number
    left join read_days
        on
            days.client_id = read_days.client_id
            and days.report_date = read_days.report_date
    left join read_days as next_days  -- who entered in the evening may go on in the morning
        on
            days.client_id = next_days.client_id
            and cast({{ dbt.dateadd('day', 1, 'days.report_date') }} as date)
            = next_days.report_date
),

compared as (
    select
        *,
        max(case when step_number = 1 then persons end) over (
            partition by client_id, report_date
        ) as entered_persons,
        lag(persons) over (
            partition by client_id, report_date
            order by step_number
        ) as previous_persons
    from steps
)

select
    -- keys
    client_id,
    cast(report_date as date) as report_date,
    cast(step_number as bigint) as step_number,

    -- dimensions
    event_name,

    -- measures
    cast(persons as bigint) as persons,
    cast(entered_persons as bigint) as entered_persons,
    cast(previous_persons as bigint) as previous_persons,
    {{ safe_divide('persons', 'entered_persons') }} as funnel_rate,
    {{ safe_divide('persons', 'previous_persons') }} as step_rate,

    -- flags
    cast(is_complete as boolean) as is_complete
from compared
