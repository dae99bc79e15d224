with source as (
    select * from {{ source('ops', 'accepted_issues') }}
),

renamed as (
    select
        -- keys
        cast(client_id as {{ dbt.type_string() }}) as client_id,
        cast(source as {{ dbt.type_string() }}) as source_name,
        cast(table_name as {{ dbt.type_string() }}) as raw_table,
        cast(kind as {{ dbt.type_string() }}) as kind,
        cast(subject as {{ dbt.type_string() }}) as subject,
        cast(file_version as {{ dbt.type_string() }}) as file_version,

        -- timestamps
        accepted_at
    from source
)

select * from renamed
