-- Days that were not there in time. A day's time is over when the warehouse has a load of anything,
-- good or bad, that is so many days younger: history can be judged, and no query asks the clock.
{% set days_late = anomaly_limit('days_late') | int %}
{% set missed_days = anomaly_limit('missed_days') | int %}
with recursive runs as (
    select * from {{ ref('stg_ops__load_runs') }}
),

clients as (
    select * from {{ ref('clients') }}
),

newest as (
    select max(started_at) as run_at from runs
),

order_days as (
    select * from {{ ref('int_days__orders_completeness') }}
),

read_days as (  -- a file that is written again may look late: of those only what is missing is said
    select
        source_days.client_id,
        source_days.report_date,
        source_days.source_name as subject,
        {{ local_date('source_days.closed_at', 'clients.timezone') }} as read_date
    from {{ ref('int_source_days__status') }} as source_days
    inner join clients on source_days.client_id = clients.client_id
    where source_days.is_closed
    union all
    select
        client_id,
        report_date,
        's3_exports.orders_create' as subject,
        report_date as read_date
    from order_days
    where has_created_orders
    union all
    select
        client_id,
        report_date,
        's3_exports.orders_update' as subject,
        report_date as read_date
    from order_days
    where has_updated_orders
),

enabled_sources as (
    select distinct
        client_sources.client_id,
        client_sources.source as source_name
    from {{ ref('client_sources') }} as client_sources
    inner join {{ ref('stg_ops__complete_tables') }} as complete_tables
        on client_sources.source = complete_tables.source_name
    where client_sources.source <> 's3_exports'
),

firsts as (  -- what was read before nightly loads began was never late
    select
        runs.client_id,
        runs.source_name as subject,
        min(
            cast(
                {{ dbt.dateadd('day', -1, local_date('runs.started_at', 'clients.timezone')) }}
                as date
            )
        ) as first_date
    from runs
    inner join enabled_sources
        on
            runs.client_id = enabled_sources.client_id
            and runs.source_name = enabled_sources.source_name
    inner join clients on runs.client_id = clients.client_id
    where runs.verdict in ('ok', 'expected-empty') and runs.complete_through_date is not null
    group by runs.client_id, runs.source_name
    union all
    select
        client_id,
        subject,
        min(report_date) as first_date
    from read_days
    where subject like 's3_exports.%'
    group by client_id, subject
),

spans as (
    select
        firsts.client_id,
        firsts.subject,
        firsts.first_date,
        {{ local_date('newest.run_at', 'clients.timezone') }} as today
    from firsts
    inner join clients on firsts.client_id = clients.client_id
    cross join newest
),

due_days as (
    select
        client_id,
        subject,
        first_date as report_date,
        today
    from spans
    where first_date <= cast({{ dbt.dateadd('day', -1 * days_late, 'today') }} as date)
    union all
    select
        client_id,
        subject,
        cast({{ dbt.dateadd('day', 1, 'report_date') }} as date) as report_date,
        today
    from due_days
    where report_date < cast({{ dbt.dateadd('day', -1 * days_late, 'today') }} as date)
),

judged as (
    select
        due_days.client_id,
        due_days.report_date,
        due_days.subject,
        due_days.today,
        read_days.read_date,
        coalesce(read_days.read_date, due_days.today) as last_date
    from due_days
    left join read_days
        on
            due_days.client_id = read_days.client_id
            and due_days.report_date = read_days.report_date
            and due_days.subject = read_days.subject
)

select
    client_id,
    report_date,
    'freshness' as rule_name,
    subject,
    cast(null as bigint) as affiliate_id,
    cast(null as bigint) as advertiser_id,
    case
        when
            read_date is null
            and report_date
            >= cast({{ dbt.dateadd('day', -1 * missed_days, 'today') }} as date)
            then report_date
    end as judged_to_date,
    case when read_date is null then 'not there' else 'late' end as reason,
    cast({{ dbt.datediff('report_date', 'last_date', 'day') }} as decimal(18, 4)) as observed,
    cast(null as decimal(18, 4)) as expected_low,
    cast({{ days_late - 1 }} as decimal(18, 4)) as expected_high
from judged
where
    read_date is null
    or {{ dbt.datediff('report_date', 'last_date', 'day') }} >= {{ days_late }}
