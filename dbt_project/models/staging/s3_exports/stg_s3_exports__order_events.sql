-- Both kinds of file in one: an update is a later event of an order that was created.
-- A person's own data ends here: the salted hash is all that leaves.
{% set raw_tables = ['orders_create', 'orders_update'] %}
{% set flags = ['chargeback_flag', 'refund_flag', 'is_test_cc', 'is_recurring'] %}
{% set texts = [
    'orders_id', 'order_status', 'total_amount', 'order_date', 'billing_email', 'billing_state',
    'customer_id', 'product_category', 'campaign_id', 'afid', 'sid', 'c1', 'c2', 'c3', 'currency',
    'chargeback_flag', 'refund_flag', 'refund_amount', 'is_test_cc', 'is_recurring', 'rebill_depth',
    'parent_order_id',
] %}
with delivered as (
    {% for raw_table in raw_tables %}
        select
            _client_id,
            '{{ raw_table }}' as raw_table,
            _file_name,
            _row_id,
            _file_date,
            _loaded_at,
        {% for text in texts %}
            nullif(trim(both ' ' from {{ text }}), '') as {{ text }}{{ ',' if not loop.last }}
        {% endfor %}
        from {{ source('s3_exports', raw_table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

salt as (  -- one row, also when there is no salt
    select max(salt) as salt
    from {{ source('ops', 'hash_salt') }}
),

parsed as (
    select
        delivered.*,
        {{ parse_number('delivered.total_amount', 'decimal(18, 4)') }} as parsed_total_amount,
        {{ parse_number('delivered.refund_amount', 'decimal(18, 4)') }} as parsed_refund_amount,
        {{ parse_number('delivered.rebill_depth', 'bigint') }} as parsed_rebill_depth,
        {{ parse_date('delivered.order_date') }} as parsed_order_date
    from delivered
),

unparsed as (  -- the texts that say something we cannot read; zeros are the vendor's blank date
    select
        *,
        nullif(
            concat_ws(
                '; ',
                case
                    when total_amount is not null and parsed_total_amount is null
                        then 'total_amount=' || total_amount
                end,
                case
                    when refund_amount is not null and parsed_refund_amount is null
                        then 'refund_amount=' || refund_amount
                end,
                case
                    when rebill_depth is not null and parsed_rebill_depth is null
                        then 'rebill_depth=' || rebill_depth
                end,
                case
                    when
                        order_date is not null
                        and parsed_order_date is null
                        and substring(order_date, 1, 10) <> '0000-00-00'
                        then 'order_date=' || order_date
                end,
                {% for flag in flags %}
                    case
                        when {{ flag }} not in ('0', '1') then '{{ flag }}=' || {{ flag }}
                    end{{ ',' if not loop.last }}
                {% endfor %}
            ), ''
        ) as unparsed_text
    from parsed
),

renamed as (
    select
        -- keys
        cast(unparsed._client_id as {{ dbt.type_string() }}) as client_id,
        cast(unparsed.raw_table as {{ dbt.type_string() }}) as raw_table,
        cast(unparsed._file_name as {{ dbt.type_string() }}) as file_name,
        cast(unparsed._row_id as bigint) as row_id,
        cast(
            coalesce(
                unparsed.orders_id, -- money without an id is an order of its own, never dropped
                '#' || unparsed._file_name || ':'
                || cast(unparsed._row_id as {{ dbt.type_string() }})
            ) as {{ dbt.type_string() }}
        ) as orders_id,
        cast(unparsed._file_date as date) as file_date,

        -- dimensions
        {{ clean_code('unparsed.order_status') }} as order_status,
        unparsed.parsed_order_date as order_date,
        unparsed.product_category,
        unparsed.campaign_id,
        unparsed.afid,
        unparsed.sid,
        unparsed.c1,
        unparsed.c2,
        unparsed.c3,
        {{ clean_id('unparsed.billing_state') }} as delivered_state,
        unparsed.parent_order_id as parent_orders_id,
        unparsed.parsed_rebill_depth as rebill_depth,
        {{ clean_code('unparsed.currency') }} as currency,
        -- the vendor may number one person more than once
        {{ customer_hash(
            'unparsed._client_id',
            'unparsed.billing_email',
            'salt.salt',
            otherwise="'customer:' || unparsed.customer_id",
        ) }} as customer_hash,

        -- measures
        unparsed.parsed_total_amount as total_amount,
        unparsed.parsed_refund_amount as refund_amount,

        -- flags
        coalesce(unparsed.refund_flag = '1', false) as has_refund_flag,
        coalesce(unparsed.chargeback_flag = '1', false) as has_chargeback_flag,
        coalesce(unparsed.is_test_cc = '1', false) as is_test,
        case unparsed.is_recurring when '1' then true when '0' then false end as is_recurring,
        unparsed.unparsed_text is not null as has_unparsed_text,
        unparsed.unparsed_text,

        -- load
        unparsed._loaded_at
    from unparsed
    cross join salt
)

select * from renamed
