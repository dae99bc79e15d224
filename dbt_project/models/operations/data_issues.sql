-- Everything that was not understood, in one table: what loads noted, and what models found in rows.
-- It is built before the models that say which days are complete.
with found as (
    select * from {{ ref('int_load_issues__current') }}
),

accepted as (
    select * from {{ ref('stg_ops__accepted_issues') }}
)

select
    found.client_id,
    found.source_name,
    found.raw_table,
    found.origin,
    found.report_date,
    found.kind,
    found.word,
    found.row_count,
    found.example,
    found.holds_back,
    exists (
        select 1
        from accepted
        where
            accepted.client_id = found.client_id
            and accepted.source_name = found.source_name
            and accepted.raw_table = found.raw_table
            and accepted.kind = found.kind
            and accepted.subject = coalesce(nullif(found.word, ''), found.origin)
    ) as is_accepted
from found
