-- What loads did not understand of the rows that are in the raw tables now: a file that was loaded
-- again, or a day that was read again, says anew what is odd about it. What is odd about a file
-- belongs to the version that is loaded, however the run ended that loaded it; a file that is not
-- loaded is odd until it is.
with reads as (
    select * from {{ ref('stg_ops__load_runs') }}
    where verdict in ('ok', 'expected-empty')
),

files as (
    select * from {{ ref('stg_ops__loaded_files') }}
),

calendar as (
    select * from {{ ref('int_days__calendar') }}
),

noted as (
    select
        run_id,
        source_name,
        client_id,
        raw_table,
        origin,
        coalesce(report_date, window_start_date) as first_date,
        coalesce(report_date, window_end_date) as last_date,
        'rejected rows' as kind,
        reason as word,
        reason as example,
        1 as rows_found,
        true as holds_back,
        '' as file_version
    from {{ ref('stg_ops__rejected_rows') }}
    -- a refused file is an issue of its own, and a refused answer replaced nothing
    where replayed_at is null and coalesce(kind, 'row') = 'row'
    union all
    select
        run_id,
        source_name,
        client_id,
        raw_table,
        origin,
        first_date,
        last_date,
        kind,
        word,
        example,
        rows_found,
        holds_back,
        file_version
    from {{ ref('stg_ops__load_issues') }}
),

noted_days as (
    select
        noted.source_name,
        noted.client_id,
        noted.raw_table,
        noted.origin,
        noted.kind,
        noted.example,
        noted.rows_found,
        noted.holds_back,
        calendar.report_date,
        reads.started_at,
        reads.advertiser_id,
        coalesce(nullif(noted.file_version, ''), files.etag) as file_version,
        files.file_name is null and reads.run_id is not null as is_of_request,
        noted.kind = 'file not loaded'
        or coalesce(files.run_id = noted.run_id, false) as is_of_file,
        case  -- a file is accepted as it is; a request comes again each night, and says the same
            when noted.kind = 'rejected rows' and files.file_name is not null then ''
            else noted.word
        end as word
    from noted
    left join reads
        on
            noted.run_id = reads.run_id
            and noted.source_name = reads.source_name
            and noted.client_id = reads.client_id
            and noted.raw_table = reads.raw_table
    inner join calendar
        on
            noted.client_id = calendar.client_id
            and calendar.report_date between noted.first_date and noted.last_date
            and (
                reads.run_id is null
                or calendar.report_date between reads.window_start_date and reads.window_end_date
            )
    left join files
        on
            noted.client_id = files.client_id
            and noted.raw_table = files.raw_table
            and noted.origin = files.file_name
),

current_days as (
    select *
    from noted_days
    where
        is_of_file
        or (
            is_of_request
            and not exists (
                select 1
                from reads as later
                where
                    later.client_id = noted_days.client_id
                    and later.source_name = noted_days.source_name
                    and later.raw_table = noted_days.raw_table
                    and later.started_at > noted_days.started_at
                    and noted_days.report_date
                    between later.window_start_date and later.window_end_date
                    -- a read of one advertiser mends only that advertiser's rows
                    and (
                        later.advertiser_id is null
                        or later.advertiser_id = noted_days.advertiser_id
                    )
            )
        )
)

select
    client_id,
    source_name,
    raw_table,
    origin,
    report_date,
    kind,
    word,
    cast(sum(rows_found) as bigint) as rows_found,
    min(example) as example,
    bool_or(holds_back) as holds_back,
    max(file_version) as file_version
from current_days
group by client_id, source_name, raw_table, origin, report_date, kind, word
