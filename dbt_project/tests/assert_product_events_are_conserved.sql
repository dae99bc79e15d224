-- Every event that PostHog has counts once, under whatever name and source it came.
with marts as (
    select
        client_id,
        report_date,
        sum(events) as events
    from {{ ref('fct_events_daily') }}
    group by client_id, report_date
),

staged as (
    select
        client_id,
        report_date,
        count(*) as events
    from {{ ref('stg_posthog__events') }}
    group by client_id, report_date
)

select
    client_id,
    report_date,
    marts.events as mart_events,
    staged.events as staged_events
from marts
full outer join staged using (client_id, report_date)
where coalesce(marts.events, 0) <> coalesce(staged.events, 0)
