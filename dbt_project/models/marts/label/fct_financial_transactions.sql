-- Money line by line: equal lines are legitimate, so none is told by what it says.
with lines as (  -- a total is the sum of other lines
    select
        *,
        md5(content_hash || ':' || line_number) as transaction_id
    from {{ ref('stg_music__lines') }}
    where line_kind in ('sale', 'rounding')
),

aliases as (
    select * from {{ ref('store_aliases') }}
)

select
    -- keys
    lines.client_id,
    lines.transaction_id,

    -- dimensions
    lines.period_start_date,
    lines.period_end_date,
    lines.reporting_date,
    lines.accounting_date,
    cast(coalesce(lines.reporting_date, lines.period_end_date) as date) as cash_date,
    lines.file_format as distributor,
    lines.line_kind,
    cast(coalesce(aliases.store, lines.store) as {{ dbt.type_string() }}) as store,
    lines.territory,
    lines.artist,
    lines.release_title,
    lines.track_title,
    lines.item_type,
    lines.sales_type,
    lines.isrc,
    lines.upc,
    lines.currency,

    -- measures
    lines.units,
    lines.amount,

    -- lineage
    lines.file_name,
    lines.line_number
from lines
left join aliases on {{ clean_code('lines.store') }} = aliases.alias
