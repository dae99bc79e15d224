with source as (
    select * from {{ source('ops', 'load_issues') }}
),

renamed as (
    select
        -- keys
        cast(run_id as {{ dbt.type_string() }}) as run_id,
        cast(source as {{ dbt.type_string() }}) as source_name,
        cast(client_id as {{ dbt.type_string() }}) as client_id,
        cast(table_name as {{ dbt.type_string() }}) as raw_table,
        cast(origin as {{ dbt.type_string() }}) as origin,
        cast(first_date as date) as first_date,
        cast(last_date as date) as last_date,
        cast(kind as {{ dbt.type_string() }}) as kind,
        cast(word as {{ dbt.type_string() }}) as word,

        -- dimensions
        cast(example as {{ dbt.type_string() }}) as example,
        cast(file_version as {{ dbt.type_string() }}) as file_version,

        -- measures
        cast(rows as bigint) as rows_found, -- noqa: RF04, LT01

        -- flags
        cast(holds_back as boolean) as holds_back
    from source
)

select * from renamed
