-- Both kinds of file in one: an update is a later event of an order that was created.
-- A person's own data ends here: the salted hash is all that leaves.
{% set raw_tables = ['orders_create', 'orders_update'] %}
{% set texts = [
    'orders_id', 'order_status', 'total_amount', 'order_date', 'billing_email', 'billing_state',
    'billing_country', 'customer_id', 'product_category', 'campaign_id', 'afid', 'sid', 'c1', 'c2', 'c3',
    'currency', 'chargeback_flag', 'refund_flag', 'refund_amount', 'is_test_cc', 'is_recurring',
    'rebill_depth', 'parent_order_id',
] %}
with trimmed as (
    {% for raw_table in raw_tables %}
        select
            _client_id,
            '{{ raw_table }}' as raw_table,
            _file_name,
            _row_id,
            _file_date,
            _loaded_at,
        {% for text in texts %}
            {{ without_blanks(text) }} as {{ text }}{{ ',' if not loop.last }}
        {% endfor %}
        from {{ source('s3_exports', raw_table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

delivered as (
    select
        _client_id,
        raw_table,
        _file_name,
        _row_id,
        _file_date,
        _loaded_at,
        {% for text in texts %}
            {{ without_placeholder('s3_exports', text) }} as {{ text }},
        {% endfor %}
        {{ evaluate_once() }} as delivered_once
    from trimmed
),

salt as (  -- one row, also when there is no salt
    select max(salt) as salt
    from {{ source('ops', 'hash_salt') }}
),

parsed as (  -- zeros are the vendor's blank date
    select
        delivered.*,
        {{ parse_amount('delivered.total_amount') }} as parsed_total_amount,
        {{ parse_amount('delivered.refund_amount') }} as parsed_refund_amount,
        {{ parse_number('delivered.rebill_depth', 'bigint') }} as parsed_rebill_depth,
        {{ parse_date('delivered.order_date') }} as parsed_order_date,
        case  -- a number that a spreadsheet has shortened names no order
            when not {{ matches("delivered.orders_id", "'^[0-9]+([.][0-9]+)?[eE][+][0-9]+$'") }}
                then {{ order_number('delivered.orders_id') }}
        end as known_orders_id,
        {{ order_number('delivered.parent_order_id') }} as known_parent_order_id,
        {{ order_number('delivered.customer_id') }} as known_customer_id,
        case when position('@' in delivered.billing_email) > 0 then delivered.billing_email end
            as known_email,
        case
            when substring(delivered.order_date, 1, 10) <> '0000-00-00' then delivered.order_date
        end as told_order_date,
        {{ evaluate_once() }} as parsed_once
    from delivered
),

renamed as (
    select
        -- keys
        cast(parsed._client_id as {{ dbt.type_string() }}) as client_id,
        cast(parsed.raw_table as {{ dbt.type_string() }}) as raw_table,
        cast(parsed._file_name as {{ dbt.type_string() }}) as file_name,
        cast(parsed._row_id as bigint) as row_id,
        cast(  -- money without an id is an order of its own, never dropped
            coalesce(
                {{ bounded_text('parsed.known_orders_id') }},
                '#' || parsed._file_name || ':'
                || cast(parsed._row_id as {{ dbt.type_string() }})
            ) as {{ dbt.type_string() }}
        ) as orders_id,
        cast(parsed._file_date as date) as file_date,

        -- dimensions
        {{ clean_code('parsed.order_status') }} as order_status,
        parsed.parsed_order_date as order_date,
        parsed.product_category,
        parsed.campaign_id,
        parsed.afid,
        parsed.sid,
        parsed.c1,
        parsed.c2,
        parsed.c3,
        {{ clean_id('parsed.billing_state') }} as delivered_state,
        {{ clean_code('parsed.billing_country') }} as delivered_country,
        parsed.known_parent_order_id as parent_orders_id,
        parsed.parsed_rebill_depth as rebill_depth,
        {{ clean_code('parsed.currency') }} as currency,
        case
            when parsed.parsed_total_amount is not null
                then {{ amount_currency('parsed.total_amount') }}
        end as amount_sign,
        case
            when parsed.parsed_refund_amount is not null
                then {{ amount_currency('parsed.refund_amount') }}
        end as refund_sign,
        -- the vendor may number one person more than once
        {{ customer_hash(
            'parsed._client_id',
            'parsed.known_email',
            'salt.salt',
            otherwise="'customer:' || parsed.known_customer_id",
        ) }} as customer_hash,
        parsed.known_email is not null as has_email,

        -- measures: refunds are told above zero or below it
        parsed.parsed_total_amount as total_amount,
        abs(parsed.parsed_refund_amount) as refund_amount,

        -- flags, as words
        {{ clean_code('parsed.refund_flag') }} as refund_flag,
        {{ clean_code('parsed.chargeback_flag') }} as chargeback_flag,
        {{ clean_code('parsed.is_test_cc') }} as test_flag,
        {{ clean_code('parsed.is_recurring') }} as recurring_flag,

        -- what was not read
        parsed.known_orders_id is null as lacks_orders_id,
        coalesce(
            bit_length(parsed.known_orders_id) <> 8 * length(parsed.known_orders_id)
            or length(parsed.known_orders_id) > 500,
            false
        ) as has_odd_orders_id,
        parsed.total_amount is not null and parsed.parsed_total_amount is null
            as is_total_amount_unread,
        parsed.refund_amount is not null and parsed.parsed_refund_amount is null
            as is_refund_amount_unread,
        parsed.rebill_depth is not null and parsed.parsed_rebill_depth is null
            as is_rebill_depth_unread,
        parsed.told_order_date is not null and parsed.parsed_order_date is null
            as is_order_date_unread,

        -- load
        parsed._loaded_at
    from parsed
    cross join salt
)

select * from renamed
