-- The files' rows, narrow and typed, so that nothing else has to scan 129 columns of text again.
-- Incremental by file: a file in another version than the one read, or that is gone, is forgotten
-- before the files that are not known are read. So it is right after any broken run.
{{
    config(
        pre_hook="
            {% if is_incremental() %}
            delete from {{ this }} as known
            where not exists (
                select 1
                from {{ ref('stg_ops__loaded_files') }} as files
                where
                    files.client_id = known.client_id
                    and files.raw_table = known.raw_table
                    and files.file_name = known.file_name
                    and files.loaded_at = known.file_loaded_at
            )
            {% endif %}
        ",
    )
}}
with events as (
    select * from {{ ref('stg_s3_exports__order_events') }}
    {% if is_incremental() %}
        where {{ in_unread_files('file_name', ref('stg_ops__loaded_files'), this) }}
    {% endif %}
),

files as (
    select * from {{ ref('stg_ops__loaded_files') }}
    where raw_table in ('orders_create', 'orders_update')
),

unread_files as (
    select
        client_id,
        raw_table,
        file_name,
        loaded_at
    from files
    {% if is_incremental() %}
        -- not an anti join, which Postgres would put off until it has read every row of every file
        except
        select
            client_id,
            raw_table,
            file_name,
            file_loaded_at
        from {{ this }}
    {% endif %}
)

select
    -- keys
    events.client_id,
    events.raw_table,
    events.file_name,
    events.row_id,
    events.orders_id,
    events.file_date,

    -- dimensions
    events.order_status,
    events.order_date,
    events.product_category,
    events.campaign_id,
    events.afid,
    events.sid,
    events.c1,
    events.c2,
    events.c3,
    events.delivered_state,
    events.parent_orders_id,
    events.rebill_depth,
    events.currency,
    events.customer_hash,

    -- measures
    events.total_amount,
    events.refund_amount,

    -- flags
    events.has_refund_flag,
    events.has_chargeback_flag,
    events.is_test,
    events.is_recurring,
    events.has_unparsed_text,

    -- load
    unread_files.loaded_at as file_loaded_at
from events
inner join unread_files
    on
        events.client_id = unread_files.client_id
        and events.file_name = unread_files.file_name
        and events.raw_table = unread_files.raw_table
