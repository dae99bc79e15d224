with source as (
    select * from {{ source('ops', 'loaded_files') }}
),

renamed as (
    select
        -- keys
        cast(client_id as {{ dbt.type_string() }}) as client_id,
        cast(table_name as {{ dbt.type_string() }}) as raw_table,
        cast(file_name as {{ dbt.type_string() }}) as file_name,

        -- dimensions
        cast(etag as {{ dbt.type_string() }}) as etag,
        cast(content as {{ dbt.type_string() }}) as content_hash,
        cast(file_date as date) as file_date,
        cast(sort_key as {{ dbt.type_string() }}) as sort_key,
        cast(run_id as {{ dbt.type_string() }}) as run_id,

        -- measures
        cast(size as bigint) as file_bytes,
        cast(rows as bigint) as rows_written, -- noqa: RF04, LT01
        cast(rows_rejected as bigint) as rows_rejected,
        cast(cells_masked as bigint) as cells_masked,

        -- flags
        cast(covers_day as boolean) as covers_day,

        -- timestamps
        last_modified as modified_at,
        loaded_at
    from source
)

select * from renamed
