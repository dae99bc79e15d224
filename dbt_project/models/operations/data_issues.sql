-- Everything that was not understood, in one table: what loads noted, and what models found.
-- It is built before the models that say which days are complete.
{% set found_by = ['int_load_issues__current', 'int_order_events__issues', 'int_people__issues'] %}
with found as (
    {% for model in found_by %}
        select
            client_id,
            source_name,
            raw_table,
            origin,
            report_date,
            kind,
            word,
            rows_found,
            example,
            holds_back
        from {{ ref(model) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
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
    found.rows_found,
    found.example,
    found.holds_back,
    accepted.subject is not null as is_accepted
from found
left join accepted
    on
        found.client_id = accepted.client_id
        and found.source_name = accepted.source_name
        and found.raw_table = accepted.raw_table
        and found.kind = accepted.kind
        and coalesce(nullif(found.word, ''), found.origin) = accepted.subject
