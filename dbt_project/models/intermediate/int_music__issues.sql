-- Stores of statements that data/shared/store_aliases.csv does not name. They hold nothing back, as
-- their money counts under the distributor's name.
with lines as (
    select * from {{ ref('stg_music__lines') }}
    where
        line_kind = 'sale'
        and store is not null
),

aliases as (
    select * from {{ ref('store_aliases') }}
)

select
    lines.client_id,
    'music' as source_name,
    'lines' as raw_table,
    lines.file_name as origin,
    lines.file_date as report_date,
    'unknown store' as kind,
    {{ bounded_text('lines.store') }} as word,
    {{ bounded_text('lines.store') }} as example,
    false as holds_back,
    count(*) as rows_found
from lines
left join aliases on {{ clean_code('lines.store') }} = aliases.alias
where aliases.alias is null
group by lines.client_id, lines.file_name, lines.file_date, lines.store
