-- The files' rows, narrow, typed and classified: nothing else scans their 129 columns of text.
-- Incremental by file: rows of files that changed are deleted, then those of files to read are
-- taken, and the orders of both are noted as touched. All in one transaction, so a broken run
-- leaves nothing.
{{
    config(
        pre_hook=[
            "{{ note_events(this) }}",
            "{% if is_incremental() %}
            delete from {{ this }} as known where {{ is_of_changed_file('known') }}
            {% endif %}",
            "{% if is_incremental() %}
            delete from {{ ref('int_order_files__held') }} as known
            where {{ is_of_changed_file('known') }}
            {% endif %}",
        ],
        post_hook=[
            "insert into {{ ref('int_order_files__held') }}
            (client_id, raw_table, file_name, file_loaded_at, config_hash)
            select {{ file_version('changed') }}
            from {{ ref('int_order_files__changed') }} as changed
            where is_to_read",
            "{{ note_events(this) }}",
            "{{ analyze_touched() }}",
        ],
    )
}}
with events as (
    select * from {{ ref('int_order_events__classified') }}
    {% if is_incremental() %}
        where {{ in_files_to_read('file_name', ref('int_order_files__changed')) }}
    {% endif %}
),

files as (
    select * from {{ ref('int_order_files__changed') }}
    where is_to_read
)

-- every column of int_order_events__classified
select
    events.*, -- noqa: AM04
    files.file_sort_key,
    files.file_loaded_at,
    files.config_hash
from events
inner join files
    on
        events.client_id = files.client_id
        and events.file_name = files.file_name
        and events.raw_table = files.raw_table
