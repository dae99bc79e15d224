with affiliate_days as (
    select * from {{ ref('fct_affiliate_daily') }}
),

days as (
    select * from {{ ref('int_days__completeness') }}
),

anchors as (  -- "yesterday" is the client's newest complete day, never the clock's
    select
        client_id,
        min(report_date) as first_date,
        max(case when is_complete then report_date end) as last_complete_date
    from days
    group by client_id
),

time_windows as (
    select
        client_id,
        'yesterday' as window_name,
        first_date,
        last_complete_date as start_date,
        last_complete_date as end_date
    from anchors
    union all
    select
        client_id,
        '7_days' as window_name,
        first_date,
        cast({{ dbt.dateadd('day', -6, 'last_complete_date') }} as date) as start_date,
        last_complete_date as end_date
    from anchors
    union all
    select
        client_id,
        'month_to_date' as window_name,
        first_date,
        cast({{ dbt.date_trunc('month', 'last_complete_date') }} as date) as start_date,
        last_complete_date as end_date
    from anchors
    union all
    select
        client_id,
        'all' as window_name,
        first_date,
        first_date as start_date,
        last_complete_date as end_date
    from anchors
),

sized_windows as (
    select
        *,
        cast({{ dbt.datediff('start_date', 'end_date', 'day') }} as bigint) + 1 as window_days
    from time_windows
    where end_date is not null
),

periods as (
    select
        client_id,
        window_name,
        'present' as period,
        start_date,
        end_date,
        window_days,
        first_date
    from sized_windows
    union all
    select
        client_id,
        window_name,
        'previous' as period,
        cast({{ dbt.dateadd('day', '-1 * window_days', 'start_date') }} as date) as start_date,
        cast({{ dbt.dateadd('day', -1, 'start_date') }} as date) as end_date,
        window_days,
        first_date
    from sized_windows
    where window_name <> 'all'
),

whole_periods as (  -- a previous window that began before the data is not an equal one
    select
        periods.client_id,
        periods.window_name,
        periods.period,
        periods.start_date,
        periods.end_date,
        count(case when days.is_complete then 1 end) = periods.window_days as is_complete
    from periods
    left join days
        on
            periods.client_id = days.client_id
            and days.report_date between periods.start_date and periods.end_date
    where periods.period = 'present' or periods.start_date >= periods.first_date
    group by
        periods.client_id,
        periods.window_name,
        periods.period,
        periods.start_date,
        periods.end_date,
        periods.window_days
),

summed as (
    select
        whole_periods.client_id,
        whole_periods.window_name,
        whole_periods.period,
        whole_periods.start_date,
        whole_periods.end_date,
        whole_periods.is_complete,
        affiliate_days.advertiser_id,
        affiliate_days.advertiser_label,
        affiliate_days.affiliate_id,
        affiliate_days.affiliate_label,
        affiliate_days.is_internal,
        -- nobody competes as "no affiliate" (0) or "unmapped spend" (-1)
        affiliate_days.affiliate_id not in ('-1', '0') as is_ranked,
        sum(affiliate_days.clicks) as clicks,
        sum(affiliate_days.conversions) as conversions,
        sum(affiliate_days.revenue) as revenue,
        sum(affiliate_days.payout) as payout,
        sum(affiliate_days.spend) as spend,
        sum(affiliate_days.spend_rows) as spend_rows,
        sum(affiliate_days.effective_cost) as effective_cost,
        sum(affiliate_days.margin) as margin
    from whole_periods
    inner join affiliate_days
        on
            whole_periods.client_id = affiliate_days.client_id
            and affiliate_days.report_date
            between whole_periods.start_date and whole_periods.end_date
    group by
        whole_periods.client_id,
        whole_periods.window_name,
        whole_periods.period,
        whole_periods.start_date,
        whole_periods.end_date,
        whole_periods.is_complete,
        affiliate_days.advertiser_id,
        affiliate_days.advertiser_label,
        affiliate_days.affiliate_id,
        affiliate_days.affiliate_label,
        affiliate_days.is_internal
),

ranked as (  -- equals share a rank, so no order of text can decide it
    select
        *,
        case when is_internal then conversions else 0 end as internal_conversions,
        case
            when is_ranked
                then rank() over (
                    partition by
                        client_id, window_name, period, advertiser_id, is_internal, is_ranked
                    order by revenue desc, conversions desc
                )
        end as affiliate_rank
    from summed
),

present as (
    select * from ranked
    where period = 'present'
),

previous as (
    select * from ranked
    where period = 'previous'
),

compared as (
    select
        present.*,
        previous.affiliate_rank as previous_rank
    from present
    left join previous
        on
            present.client_id = previous.client_id
            and present.window_name = previous.window_name
            and present.advertiser_id = previous.advertiser_id
            and present.affiliate_id = previous.affiliate_id
)

select
    -- keys
    cast(client_id as {{ dbt.type_string() }}) as client_id,
    cast(window_name as {{ dbt.type_string() }}) as window_name,
    cast(advertiser_id as {{ dbt.type_string() }}) as advertiser_id,
    cast(affiliate_id as {{ dbt.type_string() }}) as affiliate_id,

    -- dimensions
    cast(advertiser_label as {{ dbt.type_string() }}) as advertiser_label,
    cast(affiliate_label as {{ dbt.type_string() }}) as affiliate_label,
    cast(is_internal as boolean) as is_internal,
    cast(start_date as date) as window_start_date,
    cast(end_date as date) as window_end_date,
    cast(is_complete as boolean) as is_complete,

    -- ranks
    cast(affiliate_rank as bigint) as affiliate_rank,
    cast(previous_rank as bigint) as previous_rank,
    cast(previous_rank - affiliate_rank as bigint) as rank_change,

    -- measures
    cast(clicks as bigint) as clicks,
    cast(conversions as bigint) as conversions,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(payout as decimal(18, 4)) as payout,
    cast(spend as decimal(18, 4)) as spend,
    cast(spend_rows as bigint) as spend_rows,
    cast(effective_cost as decimal(18, 4)) as effective_cost,
    cast(margin as decimal(18, 4)) as margin,
    case when spend_rows > 0 then {{ safe_divide('spend', 'conversions') }} end as cpa,
    {{ costed_cpa('effective_cost', 'conversions', 'internal_conversions', 'spend_rows') }}
        as effective_cpa,
    {{ safe_divide('revenue', 'clicks') }} as epc,
    {{ safe_divide('conversions', 'clicks') }} as cvr
from compared
