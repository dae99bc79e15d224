with source as (
    select * from {{ source('ops', 'complete_tables') }}
),

renamed as (
    select
        cast(source as {{ dbt.type_string() }}) as source_name,
        cast(table_name as {{ dbt.type_string() }}) as raw_table
    from source
)

select * from renamed
