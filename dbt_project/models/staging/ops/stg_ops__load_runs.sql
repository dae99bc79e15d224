with source as (
    select * from {{ source('ops', 'load_runs') }}
),

renamed as (
    select
        -- keys
        cast(run_id as {{ dbt.type_string() }}) as run_id,
        cast(source as {{ dbt.type_string() }}) as source_name,
        cast(client_id as {{ dbt.type_string() }}) as client_id,
        cast(table_name as {{ dbt.type_string() }}) as raw_table,

        -- dimensions
        cast(window_start as date) as window_start_date,
        cast(window_end as date) as window_end_date,
        cast(advertiser_id as {{ dbt.type_string() }}) as advertiser_id,
        cast(timezone as {{ dbt.type_string() }}) as timezone,
        cast(currency as {{ dbt.type_string() }}) as currency,
        cast(verdict as {{ dbt.type_string() }}) as verdict,
        cast(error as {{ dbt.type_string() }}) as error_message,

        -- measures
        cast(rows_read as bigint) as rows_read,
        cast(rows_written as bigint) as rows_written,
        cast(rows_rejected as bigint) as rows_rejected,
        cast(days_emptied as bigint) as days_emptied,
        cast(min_date as date) as first_row_date,
        cast(max_date as date) as last_row_date,
        cast(complete_through as date) as complete_through_date,
        cast(settled_through as date) as settled_through_date,

        -- timestamps
        started_at,
        finished_at
    from source
)

select * from renamed
