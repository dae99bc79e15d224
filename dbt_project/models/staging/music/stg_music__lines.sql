-- Values were read before they landed: they are cast alone. The record itself stays in raw.
with source as (
    select * from {{ source('music', 'lines') }}
),

files as (
    select * from {{ ref('stg_ops__loaded_files') }}
    where raw_table = 'lines'
),

renamed as (
    select
        -- keys
        cast(source._client_id as {{ dbt.type_string() }}) as client_id,
        cast(source._file_name as {{ dbt.type_string() }}) as file_name,
        cast(source._row_id as bigint) as line_number,

        -- dimensions
        files.content_hash,
        cast(source.format as {{ dbt.type_string() }}) as file_format,
        cast(source.line_kind as {{ dbt.type_string() }}) as line_kind,
        cast(source.period_start as date) as period_start_date,
        cast(source.period_end as date) as period_end_date,
        cast(source.reported_on as date) as reporting_date,
        cast(source.accounted_on as date) as accounting_date,
        cast(source._file_date as date) as file_date,
        cast(source.store as {{ dbt.type_string() }}) as store,
        cast(source.territory as {{ dbt.type_string() }}) as territory,
        cast(source.artist as {{ dbt.type_string() }}) as artist,
        cast(source.release_title as {{ dbt.type_string() }}) as release_title,
        cast(source.track_title as {{ dbt.type_string() }}) as track_title,
        cast(source.item_type as {{ dbt.type_string() }}) as item_type,
        cast(source.sales_type as {{ dbt.type_string() }}) as sales_type,
        cast(source.isrc as {{ dbt.type_string() }}) as isrc,
        cast(source.upc as {{ dbt.type_string() }}) as upc,
        cast(source.currency as {{ dbt.type_string() }}) as currency,

        -- measures
        cast(source.units as bigint) as units,
        cast(source.listeners as bigint) as listeners,
        cast(source.saves as bigint) as saves,
        cast(source.followers as bigint) as followers,
        cast(source.amount as decimal(38, 18)) as amount, -- as exact as the loader reads it

        -- load
        source._loaded_at
    from source
    left join files
        on
            source._client_id = files.client_id
            and source._file_name = files.file_name
)

select * from renamed
