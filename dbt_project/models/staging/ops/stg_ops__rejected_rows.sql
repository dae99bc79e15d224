with source as (
    select * from {{ source('ops', 'rejected_rows') }}
),

renamed as (
    select
        -- keys
        cast(rejected_row_id as {{ dbt.type_string() }}) as rejected_row_id,
        cast(run_id as {{ dbt.type_string() }}) as run_id,
        cast(source as {{ dbt.type_string() }}) as source_name,
        cast(client_id as {{ dbt.type_string() }}) as client_id,
        cast(table_name as {{ dbt.type_string() }}) as raw_table,
        cast(date as date) as report_date, -- NULL: not even the day could be read

        -- dimensions
        cast(window_start as date) as window_start_date,
        cast(window_end as date) as window_end_date,
        cast(origin as {{ dbt.type_string() }}) as origin,
        cast(line as bigint) as line_number,
        cast(reason as {{ dbt.type_string() }}) as reason,
        cast(payload as {{ dbt.type_string() }}) as payload,
        cast(kind as {{ dbt.type_string() }}) as kind, -- NULL: a row, by an earlier release

        -- flags
        cast(is_whole as boolean) as is_whole,

        -- timestamps
        rejected_at,
        replayed_at
    from source
)

select * from renamed
