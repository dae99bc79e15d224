-- Everything that was not understood, in one table: what loads noted, and what models found.
-- It is built before the models that say which days are complete.
{% set found_by = [
    'int_load_issues__current', 'int_order_events__issues', 'int_people__issues', 'int_music__issues'
] %}
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
            holds_back,
            {{ 'file_version' if loop.first else "''" }} as file_version
        from {{ ref(model) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

files as (
    select * from {{ ref('stg_ops__loaded_files') }}
),

versioned as (  -- a word is accepted wherever it stands, a file as it was then
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
        case
            when coalesce(found.word, '') != '' then ''
            else coalesce(nullif(found.file_version, ''), files.etag, '')
        end as file_version
    from found
    left join files
        on
            found.client_id = files.client_id
            and found.raw_table = files.raw_table
            and found.origin = files.file_name
),

accepted as (
    select * from {{ ref('stg_ops__accepted_issues') }}
)

select
    versioned.client_id,
    versioned.source_name,
    versioned.raw_table,
    versioned.origin,
    versioned.report_date,
    versioned.kind,
    versioned.word,
    versioned.rows_found,
    versioned.example,
    versioned.holds_back,
    versioned.file_version,
    accepted.subject is not null as is_accepted
from versioned
left join accepted
    on
        versioned.client_id = accepted.client_id
        and versioned.source_name = accepted.source_name
        and versioned.raw_table = accepted.raw_table
        and versioned.kind = accepted.kind
        and coalesce(nullif(versioned.word, ''), versioned.origin) = accepted.subject
        and coalesce(accepted.file_version, versioned.file_version) = versioned.file_version
