-- In how many rows of a file a column has a value. Incremental by file: what int_order_files__held
-- lists in another version, or no more, is counted again.
{{
    config(
        pre_hook="
            {% if is_incremental() %}
            delete from {{ this }} as known
            where not exists (
                select 1
                from {{ ref('int_order_files__held') }} as held
                where
                    held.client_id = known.client_id
                    and held.raw_table = known.raw_table
                    and held.file_name = known.file_name
                    and held.file_loaded_at = known.file_loaded_at
                    and held.config_hash = known.config_hash
            )
            {% endif %}
        ",
    )
}}
-- depends_on: {{ ref('int_order_files__held') }}
{% set columns = [
    'order_date', 'customer_hash', 'order_status', 'order_kind', 'product_category', 'state_code',
    'country', 'campaign_id', 'afid', 'sid', 'total_amount', 'refund_amount',
] %}
{% if is_incremental() %}
    with uncounted as (
        select {{ file_version('held') }} from {{ ref('int_order_files__held') }} as held
        except
        select {{ file_version('known') }} from {{ this }} as known
    )
{% endif %}

select
    {{ file_version('events') }},
    events.file_date,
    {% for column in columns %}
        count(events.{{ column }}) as {{ column }},
    {% endfor %}
    count(*) as all_rows
from {{ ref('int_order_events__stored') }} as events
{% if is_incremental() %}
    inner join uncounted
        on
            events.client_id = uncounted.client_id
            and events.raw_table = uncounted.raw_table
            and events.file_name = uncounted.file_name
            and events.file_loaded_at = uncounted.file_loaded_at
    where events.file_loaded_at >= (select min(oldest.file_loaded_at) from uncounted as oldest)
{% endif %}
group by {{ file_version('events') }}, events.file_date
