-- Columns that had values every day and have none any more; after a week, that is the usual. And
-- those that came with a file, which stand for a week from its day, as the file may be late.
{% set usual_days = anomaly_limit('column_days') | int %}
with days as (
    select * from {{ ref('int_columns__by_day') }}
    where all_rows >= {{ anomaly_limit('certain') }}
),

silences as (  -- each begins with the last day that has values, and what came before that
    select
        *,
        count(case when valued_rows > 0 then 1 end)
            over (partition by client_id, subject order by report_date) as silence,
        count(case when valued_rows > 0 then 1 end) over lately as valued_days,
        sum(valued_rows) over lately as values_of_days
    from days
    window lately as (
        partition by client_id, subject
        order by report_date
        rows between {{ usual_days - 1 }} preceding and current row
    )
),

placed as (
    select
        *,
        first_value(valued_days) over whole_silence as valued_days_before,
        first_value(values_of_days) over whole_silence as values_before,
        count(*) over whole_silence - 1 as silent_days,
        max(report_date) over (partition by client_id, subject) as judged_to_date
    from silences
    window whole_silence as (partition by client_id, subject, silence order by report_date)
),

newest as (
    select
        client_id,
        max(report_date) as newest_date
    from {{ ref('int_days__reported') }}
    group by client_id
)

select
    client_id,
    report_date,
    'schema' as rule_name,
    subject,
    cast(null as bigint) as affiliate_id,
    cast(null as bigint) as advertiser_id,
    judged_to_date,
    'column without values' as reason,
    cast(0 as decimal(18, 4)) as observed,
    cast(1 as decimal(18, 4)) as expected_low,
    cast(null as decimal(18, 4)) as expected_high
from placed
where
    silent_days between 1 and 7
    and valued_days_before = {{ usual_days }}
    -- so many that chance leaves no day without
    and values_before >= {{ anomaly_limit('certain') }} * {{ usual_days }}
union all
select
    issues.client_id,
    issues.report_date,
    'schema' as rule_name,
    issues.source_name || '.' || issues.raw_table || '.' || issues.word as subject,
    cast(null as bigint) as affiliate_id,
    cast(null as bigint) as advertiser_id,
    max(
        case
            when
                issues.report_date
                > cast({{ dbt.dateadd('day', -7, 'newest.newest_date') }} as date)
                then issues.report_date
        end
    ) as judged_to_date,
    'new columns' as reason,
    cast(max(issues.rows_found) as decimal(18, 4)) as observed,
    cast(null as decimal(18, 4)) as expected_low,
    cast(0 as decimal(18, 4)) as expected_high
from {{ ref('int_load_issues__current') }} as issues
inner join newest on issues.client_id = newest.client_id
where issues.kind = 'new columns'
group by
    issues.client_id, issues.report_date, issues.source_name, issues.raw_table, issues.word
