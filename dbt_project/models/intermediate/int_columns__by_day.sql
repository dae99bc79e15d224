-- In how many rows of a day a column has a value; an API that has lost a figure may say 0.
{% set tables = {
    'everflow.daily_stats': [
        'clicks', 'conversions', 'revenue', 'payout', 'events', 'event_revenue',
        'media_buying_cost',
    ],
    'redtrack.daily_spend': [
        'tracker_clicks', 'tracker_conversions', 'spend', 'tracker_revenue',
    ],
} %}
{% set models = {
    'everflow.daily_stats': 'stg_everflow__daily_stats',
    'redtrack.daily_spend': 'stg_redtrack__daily_spend',
} %}
{% set order_columns = [
    'order_date', 'customer_hash', 'order_status', 'order_kind', 'product_category', 'state_code',
    'country', 'campaign_id', 'afid', 'sid', 'total_amount', 'refund_amount',
] %}
with order_days as (
    select
        client_id,
        file_date as report_date,
        raw_table,
        {% for column in order_columns %}
            sum({{ column }}) as {{ column }},
        {% endfor %}
        sum(all_rows) as all_rows
    from {{ ref('int_order_files__counted') }}
    group by client_id, file_date, raw_table
),

days as (
    {% for table, columns in tables.items() %}
        {% for column in columns %}
            select
                client_id,
                report_date,
                '{{ table }}.{{ column }}' as subject,
                count(*) as all_rows,
                count(nullif({{ column }}, 0)) as valued_rows
            from {{ ref(models[table]) }}
            group by client_id, report_date
            union all
        {% endfor %}
    {% endfor %}
    {% for column in order_columns %}
        select
            client_id,
            report_date,
            's3_exports.' || raw_table || '.{{ column }}' as subject,
            all_rows,
            {{ column }} as valued_rows
        from order_days
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from days
