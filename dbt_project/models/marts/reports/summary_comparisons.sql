with advertiser_days as (
    select * from {{ ref('fct_advertiser_daily') }}
),

days as (
    select * from {{ ref('int_days__completeness') }}
),

compared_days as (  -- each period as the days it is made of, counted back from the row's own
    select
        day_list.period,
        day_list.days_back
    from (
        values
        ('own_day', 0),
        ('day_before', 1),
        ('same_weekday', 7),
        ('mean_7_days', 1),
        ('mean_7_days', 2),
        ('mean_7_days', 3),
        ('mean_7_days', 4),
        ('mean_7_days', 5),
        ('mean_7_days', 6),
        ('mean_7_days', 7)
    ) as day_list (period, days_back)
),

needed as (
    select
        advertiser_days.client_id,
        advertiser_days.report_date,
        advertiser_days.advertiser_id,
        compared_days.period,
        cast(
            {{ dbt.dateadd('day', '-1 * compared_days.days_back', 'advertiser_days.report_date') }}
            as date
        ) as needed_date
    from advertiser_days
    cross join compared_days
),

summed as (  -- a complete day without a row of the advertiser is a day of zero
    select
        needed.client_id,
        needed.report_date,
        needed.advertiser_id,
        needed.period,
        count(*) as days_needed,
        count(case when days.is_complete or needed.period = 'own_day' then 1 end) as days_usable,
        coalesce(sum(known.clicks), 0) as clicks,
        coalesce(sum(known.conversions), 0) as conversions,
        coalesce(sum(known.internal_conversions), 0) as internal_conversions,
        coalesce(sum(known.revenue), 0) as revenue,
        coalesce(sum(known.payout), 0) as payout,
        coalesce(sum(known.spend), 0) as spend,
        coalesce(sum(known.spend_rows), 0) as spend_rows,
        coalesce(sum(known.effective_cost), 0) as effective_cost,
        coalesce(sum(known.margin), 0) as margin
    from needed
    left join days
        on
            needed.client_id = days.client_id
            and needed.needed_date = days.report_date
    left join advertiser_days as known
        on
            needed.client_id = known.client_id
            and needed.needed_date = known.report_date
            and needed.advertiser_id = known.advertiser_id
    group by needed.client_id, needed.report_date, needed.advertiser_id, needed.period
),

measured as (  -- the mean of a ratio is the ratio of the sums
    select
        client_id,
        report_date,
        advertiser_id,
        period,
        {{ safe_divide('clicks', 'days_needed') }} as clicks,
        {{ safe_divide('conversions', 'days_needed') }} as conversions,
        {{ safe_divide('revenue', 'days_needed') }} as revenue,
        {{ safe_divide('payout', 'days_needed') }} as payout,
        {{ safe_divide('spend', 'days_needed') }} as spend,
        {{ safe_divide('effective_cost', 'days_needed') }} as effective_cost,
        {{ safe_divide('margin', 'days_needed') }} as margin,
        {{ costed_cpa('spend', 'internal_conversions', 'internal_conversions', 'spend_rows') }}
            as cpa,
        {{ cpa_reason('internal_conversions', 'internal_conversions', 'spend_rows') }}
            as cpa_reason,
        {{ costed_cpa('effective_cost', 'conversions', 'internal_conversions', 'spend_rows') }}
            as effective_cpa,
        {{ cpa_reason('conversions', 'internal_conversions', 'spend_rows') }}
            as effective_cpa_reason
    from summed
    where days_usable = days_needed
),

metrics as (
    select metric_list.metric
    from (
        values
        ('clicks'),
        ('conversions'),
        ('revenue'),
        ('payout'),
        ('spend'),
        ('effective_cost'),
        ('margin'),
        ('cpa'),
        ('effective_cpa')
    ) as metric_list (metric)
),

long_measures as (
    select
        measured.client_id,
        measured.report_date,
        measured.advertiser_id,
        measured.period,
        metrics.metric,
        case metrics.metric
            when 'clicks' then measured.clicks
            when 'conversions' then measured.conversions
            when 'revenue' then measured.revenue
            when 'payout' then measured.payout
            when 'spend' then measured.spend
            when 'effective_cost' then measured.effective_cost
            when 'margin' then measured.margin
            when 'cpa' then measured.cpa
            when 'effective_cpa' then measured.effective_cpa
        end as metric_value,
        case metrics.metric
            when 'cpa' then measured.cpa_reason
            when 'effective_cpa' then measured.effective_cpa_reason
        end as metric_reason
    from measured
    cross join metrics
),

compared as (
    select
        client_id,
        report_date,
        advertiser_id,
        metric,
        max(case when period = 'own_day' then metric_value end) as metric_value,
        max(case when period = 'own_day' then metric_reason end) as metric_reason,
        max(case when period = 'day_before' then metric_value end) as day_before,
        max(case when period = 'same_weekday' then metric_value end) as same_weekday_last_week,
        max(case when period = 'mean_7_days' then metric_value end) as mean_7_days_before
    from long_measures
    group by client_id, report_date, advertiser_id, metric
)

select
    -- keys
    compared.client_id,
    compared.report_date,
    compared.advertiser_id,
    compared.metric,

    -- dimensions
    advertiser_days.advertiser_label,
    compared.metric_reason,

    -- measures
    cast(compared.metric_value as decimal(18, 4)) as metric_value,
    cast(compared.day_before as decimal(18, 4)) as day_before,
    cast(compared.same_weekday_last_week as decimal(18, 4)) as same_weekday_last_week,
    cast(compared.mean_7_days_before as decimal(18, 4)) as mean_7_days_before,

    -- flags
    coalesce(days.is_complete, false) as is_complete
from compared
inner join advertiser_days
    on
        compared.client_id = advertiser_days.client_id
        and compared.report_date = advertiser_days.report_date
        and compared.advertiser_id = advertiser_days.advertiser_id
left join days
    on
        compared.client_id = days.client_id
        and compared.report_date = days.report_date
