-- The one place that decides whether a day's CPA is complete, and whether it is settled.
with days as (
    select * from {{ ref('int_days__reported') }}
),

client_sources as (  -- the sources that a CPA is made of; others do not gate it
    select * from {{ ref('client_sources') }}
    where source in ('everflow', 'redtrack')
),

read_days as (
    select * from {{ ref('int_source_days__status') }}
),

expected as (
    select
        days.client_id,
        days.report_date,
        client_sources.source as source_name
    from days
    inner join client_sources on days.client_id = client_sources.client_id
),

uncosted_sources as (
    select * from {{ ref('int_spend__uncosted') }}
),

uncosted_days as (
    select
        client_id,
        report_date,
        'redtrack' as source_name,
        {{ dbt.listagg(
            "redtrack_source || ' has clicks but no cost'", "', '", "order by mapping_id"
        ) }} as uncosted_reason
    from uncosted_sources
    group by client_id, report_date
),

source_days as (  -- one row per client, day and enabled source
    select
        expected.client_id,
        expected.report_date,
        expected.source_name,
        coalesce(read_days.is_settled, false) as is_settled,
        case
            when not coalesce(read_days.is_closed, false) then expected.source_name
            when read_days.issues is not null
                then expected.source_name || ': ' || read_days.issues
            when uncosted_days.client_id is not null
                then expected.source_name || ': ' || uncosted_days.uncosted_reason
        end as incomplete_reason
    from expected
    left join read_days
        on
            expected.client_id = read_days.client_id
            and expected.report_date = read_days.report_date
            and expected.source_name = read_days.source_name
    left join uncosted_days
        on
            expected.client_id = uncosted_days.client_id
            and expected.report_date = uncosted_days.report_date
            and expected.source_name = uncosted_days.source_name
),

client_days as (
    select
        client_id,
        report_date,
        bool_and(incomplete_reason is null) as is_complete,
        bool_and(is_settled) as is_settled,
        bool_and(case when source_name = 'everflow' then incomplete_reason is null end)
            as is_everflow_complete,
        bool_and(case when source_name = 'redtrack' then incomplete_reason is null end)
            as is_redtrack_complete,
        {{ dbt.listagg("incomplete_reason", "'; '", "order by source_name") }} as incomplete_reason
    from source_days
    group by client_id, report_date
)

select
    days.client_id,
    days.report_date,
    client_days.is_everflow_complete,
    client_days.is_redtrack_complete,
    coalesce(client_days.is_complete, false) as is_complete,
    coalesce(client_days.is_settled, false) as is_settled,
    case
        when client_days.client_id is null then 'no source enabled'
        else client_days.incomplete_reason
    end as incomplete_reason
from days
left join client_days
    on
        days.client_id = client_days.client_id
        and days.report_date = client_days.report_date
