-- What order files say that is not understood, by the day of the file; and by the day of the order,
-- where it is in the order's newest event and so in what is known of it.
with found as (
    select * from {{ ref('int_orders__issues') }}
),

dated as (
    select
        client_id,
        raw_table,
        file_name,
        kind,
        word,
        file_date as report_date
    from found
    union all
    select
        client_id,
        raw_table,
        file_name,
        kind,
        word,
        order_date as report_date
    from found
    where order_date <> file_date
)

select
    client_id,
    's3_exports' as source_name,
    raw_table,
    file_name as origin,
    report_date,
    kind,
    word,
    word as example,
    true as holds_back,
    cast(count(*) as bigint) as rows_found
from dated
group by client_id, raw_table, file_name, report_date, kind, word
