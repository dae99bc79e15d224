-- The files' rows, narrow, typed and classified: nothing else scans their 129 columns of text.
-- Incremental by file: rows of a file that has a newer version, or no longer exists, are deleted
-- before missing files are read. So it is right after any broken run.
{{
    config(
        pre_hook="
            {% if is_incremental() %}
            delete from {{ this }} as known
            where not exists (
                select 1
                from {{ ref('int_order_files__versions') }} as files
                where
                    files.client_id = known.client_id
                    and files.raw_table = known.raw_table
                    and files.file_name = known.file_name
                    and files.file_loaded_at = known.file_loaded_at
                    and files.config_hash = known.config_hash
            )
            {% endif %}
        ",
    )
}}
with events as (
    select * from {{ ref('int_order_events__classified') }}
    {% if is_incremental() %}
        where {{ in_unread_files('file_name', ref('int_order_files__versions'), this) }}
    {% endif %}
),

unread_files as (
    select
        client_id,
        raw_table,
        file_name,
        file_loaded_at,
        config_hash
    from {{ ref('int_order_files__versions') }}
    {% if is_incremental() %}
        -- not an anti join, which Postgres would put off until it has read every row of every file
        except
        select
            client_id,
            raw_table,
            file_name,
            file_loaded_at,
            config_hash
        from {{ this }}
    {% endif %}
)

-- every column of int_order_events__classified
select
    events.*, -- noqa: AM04
    files.file_sort_key,
    unread_files.file_loaded_at,
    unread_files.config_hash
from events
inner join unread_files
    on
        events.client_id = unread_files.client_id
        and events.file_name = unread_files.file_name
        and events.raw_table = unread_files.raw_table
inner join {{ ref('int_order_files__versions') }} as files
    on
        unread_files.client_id = files.client_id
        and unread_files.file_name = files.file_name
        and unread_files.raw_table = files.raw_table
