-- What an event says of its order, by the client's config and the seeds: whose it is, and what its
-- words mean. The one place for these words. int_order_events__stored keeps it, and
-- int_order_events__filled says what became of the order and what it is worth.
{% set currency = 'coalesce(events.currency, clients.currency)' %}
{% set flags = ['refund_flag', 'chargeback_flag', 'test_flag', 'recurring_flag'] %}
with events as (
    select * from {{ ref('stg_s3_exports__order_events') }}
),

clients as (
    select * from {{ ref('clients') }}
),

words as (
    select * from {{ ref('int_words__by_client') }}
),

advertisers as (  -- two of one category would double its orders; the config refuses them
    select
        client_id,
        {{ clean_id('product_category') }} as product_category,
        min(cast(everflow_advertiser_id as bigint)) as advertiser_id
    from {{ ref('client_advertisers') }}
    where product_category is not null
    group by client_id, {{ clean_id('product_category') }}
),

state_spellings as (
    select
        state_code,
        {{ clean_id('state_code') }} as spelling
    from {{ ref('us_states') }}
    union distinct
    select
        state_code,
        {{ clean_id('state_name') }} as spelling
    from {{ ref('us_states') }}
),

understood as (  -- most orders are of the US: the long list of countries is not asked about them
    select
        events.*,
        state_spellings.state_code as known_state_code,
        clients.core_order_amount,
        clients.currency as client_currency,
        advertisers.advertiser_id as known_advertiser_id,
        {{ meaning_of('events.order_status', 'words.order_statuses') }} as status_meaning,
        {% for flag in flags %}
            {{ meaning_of('events.' ~ flag, 'words.flags') }} as {{ flag }}_meaning,
        {% endfor %}
        case
            when events.delivered_country in ('US', 'USA', 'UNITED STATES') then 'us'
            when events.delivered_country is not null
                then {{ meaning_of('events.delivered_country', 'words.countries') }}
        end as country_meaning,
        case
            when not ({{ names_currency('events.amount_sign', currency) }}) then events.amount_sign
            when not ({{ names_currency('events.refund_sign', currency) }}) then events.refund_sign
        end as foreign_sign,
        -- a day of grace for another timezone
        coalesce({{ dbt.datediff('events.file_date', 'events.order_date', 'day') }} > 1, false)
            as is_order_date_ahead,
        {{ evaluate_once() }} as understood_once
    from events
    left join clients on events.client_id = clients.client_id
    left join words on events.client_id = words.client_id
    left join advertisers
        on
            events.client_id = advertisers.client_id
            and {{ clean_id('events.product_category') }} = advertisers.product_category
    left join state_spellings on events.delivered_state = state_spellings.spelling
),

judged as (  -- an amount below zero is none: what was given back stands in another column
    select
        *,
        case when total_amount >= 0 then total_amount end as known_total_amount,
        foreign_sign is not null or not ({{ names_currency('currency', 'client_currency') }})
            as is_other_currency,
        raw_table = 'orders_update'
        and (
            order_status is null
            or total_amount is null
            or total_amount < 0
            or order_date is null
            or is_order_date_ahead
        ) as lacks_cells,
        raw_table = 'orders_update'
        and (
            product_category is null
            or not has_email
            or (delivered_state is null and delivered_country is null)
        ) as lacks_facts,
        is_total_amount_unread
        or is_refund_amount_unread
        or is_rebill_depth_unread
        or is_order_date_unread
        or is_order_date_ahead
        {% for flag in flags %}
            or ({{ flag }} is not null and {{ flag }}_meaning is null)
        {%- endfor %}
            as has_unparsed_text
    from understood
),

explained as (
    select
        *,
        nullif(
            concat_ws(
                '|',
                case when lacks_orders_id then 'no order id=' end,
                case when has_odd_orders_id then 'odd order id=' end,
                case
                    when
                        raw_table = 'orders_update'
                        and (
                            order_status is null
                            or (total_amount is null and not is_total_amount_unread)
                        )
                        then 'blank cells='
                end,
                case when order_status is null then 'blank status=' end,
                case
                    when order_status is not null and status_meaning is null
                        then 'unknown status=' || {{ shown_word('order_status') }}
                end,
                case
                    when
                        total_amount is null
                        and not is_total_amount_unread
                        and coalesce(status_meaning, '') in ('approved', 'refunded')
                        then 'blank amount='
                end,
                case when is_total_amount_unread then 'amount not read=' end,
                case when total_amount < 0 then 'negative amount=' end,
                case
                    when refund_amount > total_amount and total_amount >= 0
                        then 'refund above the amount='
                end,
                case when is_refund_amount_unread then 'refund amount not read=' end,
                case when is_rebill_depth_unread then 'rebill depth not read=' end,
                case when is_order_date_unread then 'order date not read=' end,
                case when is_order_date_ahead then 'order date after its file=' end,
                {% for flag in flags %}
                    case
                        when {{ flag }} is not null and {{ flag }}_meaning is null
                            then 'unknown {{ flag | replace('_', ' ') }}=' || {{ shown_word(flag) }}
                    end,
                {% endfor %}
                case
                    when delivered_country is not null and country_meaning is null
                        then 'unknown country=' || {{ shown_word('delivered_country') }}
                end,
                case
                    when is_other_currency
                        then
                            'other currency='
                            || {{ shown_word('coalesce(foreign_sign, currency)') }}
                end
            ), ''
        ) as issues
    from judged
)

select  -- noqa: ST06
    -- keys
    client_id,
    raw_table,
    file_name,
    row_id,
    orders_id,
    file_date,

    -- dimensions
    case when not is_order_date_ahead then order_date end as order_date,
    case when product_category is not null then coalesce(known_advertiser_id, -1) end
        as advertiser_id,
    customer_hash,
    has_email,
    order_status,
    status_meaning,
    case
        when coalesce(rebill_depth, case when recurring_flag_meaning = 'true' then 1 else 0 end) > 0
            then 'rebill'
        when coalesce(parent_orders_id, '0') not in ('0', orders_id) then 'upsell'
        when
            rebill_depth is not null
            or recurring_flag_meaning is not null
            or parent_orders_id is not null
            then 'first'
    end as order_kind,
    product_category,
    case
        when known_state_code is not null then known_state_code
        when delivered_state is not null then 'Unknown'
    end as state_code,
    case when delivered_country is not null then coalesce(country_meaning, 'unknown') end
        as country,
    campaign_id,
    afid,
    sid,
    c1,
    c2,
    c3,
    coalesce(currency, foreign_sign) as currency,

    -- measures
    known_total_amount as total_amount,
    refund_amount,
    case
        when
            order_status = 'NEW'
            and known_total_amount > core_order_amount
            and not coalesce(is_other_currency, false)
            then known_total_amount
    end as core_amount,

    -- flags; NULL where the file says nothing
    case refund_flag_meaning when 'true' then true when 'false' then false end as has_refund_flag,
    case chargeback_flag_meaning when 'true' then true when 'false' then false end
        as has_chargeback_flag,
    case test_flag_meaning when 'true' then true when 'false' then false end as is_test,
    coalesce(is_other_currency, false) as is_other_currency,
    has_unparsed_text,
    lacks_cells,
    lacks_facts,
    issues
from explained
