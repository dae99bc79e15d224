-- The windows that the leaderboard and the heatmap show, each beside the one of as many days
-- before. "Yesterday" is the client's newest complete day, never the clock's. Figures of
-- performance and of orders are complete by different days, so each has windows of its own.
with days as (
    select
        client_id,
        'performance' as subject,
        report_date,
        is_complete
    from {{ ref('int_days__completeness') }}
    union all
    select
        client_id,
        'orders' as subject,
        report_date,
        orders_complete as is_complete
    from {{ ref('int_days__orders_completeness') }}
),

order_days as (
    select * from {{ ref('int_orders__by_day') }}
),

anchors as (
    select
        client_id,
        subject,
        min(report_date) as first_date,
        max(case when is_complete then report_date end) as last_complete_date
    from days
    group by client_id, subject
),

time_windows as (
    select
        anchors.client_id,
        anchors.subject,
        anchored.window_name,
        anchors.first_date,
        case anchored.window_name
            when 'yesterday' then anchors.last_complete_date
            when '7_days'
                then cast({{ dbt.dateadd('day', -6, 'anchors.last_complete_date') }} as date)
            when 'month_to_date'
                then cast({{ dbt.date_trunc('month', 'anchors.last_complete_date') }} as date)
            else anchors.first_date
        end as start_date,
        anchors.last_complete_date as end_date
    from anchors
    cross join
        (values ('yesterday'), ('7_days'), ('month_to_date'), ('all')) as anchored (window_name)
    where anchors.subject = 'performance' or anchored.window_name <> 'all'
    union all
    select  -- every order there is, so that it ties with the client's own query
        client_id,
        'orders' as subject,
        'all' as window_name,
        min(report_date) as first_date,
        min(report_date) as start_date,
        max(report_date) as end_date
    from order_days
    group by client_id
),

sized_windows as (
    select
        *,
        cast({{ dbt.datediff('start_date', 'end_date', 'day') }} as bigint) + 1 as window_days
    from time_windows
    where end_date is not null
),

periods as (
    select
        client_id,
        subject,
        window_name,
        'present' as period,
        start_date,
        end_date,
        window_days
    from sized_windows
    union all
    select  -- a previous window that began before the data would not be an equal one
        client_id,
        subject,
        window_name,
        'previous' as period,
        cast({{ dbt.dateadd('day', '-1 * window_days', 'start_date') }} as date) as start_date,
        cast({{ dbt.dateadd('day', -1, 'start_date') }} as date) as end_date,
        window_days
    from sized_windows
    where
        window_name <> 'all'
        and cast({{ dbt.dateadd('day', '-1 * window_days', 'start_date') }} as date) >= first_date
)

select
    periods.client_id,
    periods.subject,
    periods.window_name,
    periods.period,
    periods.start_date,
    periods.end_date,
    count(case when days.is_complete then 1 end) = periods.window_days as is_complete
from periods
left join days
    on
        periods.client_id = days.client_id
        and periods.subject = days.subject
        and days.report_date between periods.start_date and periods.end_date
group by
    periods.client_id,
    periods.subject,
    periods.window_name,
    periods.period,
    periods.start_date,
    periods.end_date,
    periods.window_days
