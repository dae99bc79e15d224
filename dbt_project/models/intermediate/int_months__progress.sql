-- How far each month is, by the days that are reported, never by the clock.
with days as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'report_date') }} as date) as report_month
    from {{ ref('int_days__completeness') }}
),

targets as (
    select * from {{ ref('int_targets__by_advertiser') }}
),

clients as (
    select * from {{ ref('clients') }}
),

months as (
    select
        client_id,
        report_month
    from targets
    union distinct
    select
        client_id,
        report_month
    from days
),

complete_months as (
    select
        client_id,
        report_month,
        count(*) as complete_days,
        max(report_date) as last_complete_date
    from days
    where is_complete
    group by client_id, report_month
),

reported_ranges as (  -- a day is over when a source saw it closed, or a later one is reported
    select
        client_id,
        min(report_date) as first_date,
        max(
            case
                when is_everflow_complete or is_redtrack_complete then report_date
                else cast({{ dbt.dateadd('day', -1, 'report_date') }} as date)
            end
        ) as last_over_date
    from days
    group by client_id
),

joined as (
    select
        months.client_id,
        months.report_month,
        complete_months.last_complete_date,
        reported_ranges.last_over_date,
        -- there was nothing to spend before
        least(clients.start_date, reported_ranges.first_date) as first_date,
        coalesce(complete_months.complete_days, 0) as complete_days,
        cast(
            {{ dbt.datediff(
                'months.report_month',
                'cast(' ~ dbt.dateadd('month', 1, 'months.report_month') ~ ' as date)',
                'day'
            ) }} as bigint
        ) as days_in_month
    from months
    left join complete_months
        on
            months.client_id = complete_months.client_id
            and months.report_month = complete_months.report_month
    left join clients on months.client_id = clients.client_id
    left join reported_ranges on months.client_id = reported_ranges.client_id
),

passed as (
    select
        *,
        least(
            days_in_month,
            greatest(
                coalesce({{ dbt.datediff('report_month', 'last_over_date', 'day') }} + 1, 0), 0
            )
        ) as days_passed,
        greatest(coalesce({{ dbt.datediff('report_month', 'first_date', 'day') }}, 0), 0)
            as days_before_first
    from joined
)

select
    client_id,
    report_month,
    last_complete_date,
    days_in_month,
    complete_days,
    days_passed - least(days_before_first, days_passed) - complete_days as missing_days,
    days_in_month - days_passed as days_left
from passed
