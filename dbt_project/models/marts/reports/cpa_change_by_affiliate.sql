-- Which affiliates moved an advertiser's CPA. Periods are sums of days, so that parts are of ratios
-- of sums; the parts are rounded on running sums, so that they add up to the change as it is shown.
with affiliate_days as (
    select * from {{ ref('fct_affiliate_daily') }}
),

advertiser_days as (
    select * from {{ ref('fct_advertiser_daily') }}
),

days as (
    select * from {{ ref('int_days__completeness') }}
),

lookbacks as (  -- the day itself and those before it, counted back
    select
        day_list.comparison,
        day_list.days_back
    from (
        values
        ('day_before', 0),
        ('day_before', 1),
        ('mean_7_days_before', 0),
        ('mean_7_days_before', 1),
        ('mean_7_days_before', 2),
        ('mean_7_days_before', 3),
        ('mean_7_days_before', 4),
        ('mean_7_days_before', 5),
        ('mean_7_days_before', 6),
        ('mean_7_days_before', 7)
    ) as day_list (comparison, days_back)
),

periods as (
    select
        days.client_id,
        days.report_date,
        lookbacks.comparison,
        days.is_complete,
        count(*) as days_before,
        count(case when earlier_days.is_complete then 1 end) = count(*) as is_complete_before
    from days
    cross join lookbacks
    left join days as earlier_days
        on
            days.client_id = earlier_days.client_id
            and earlier_days.report_date
            = cast(
                {{ dbt.dateadd('day', '-1 * lookbacks.days_back', 'days.report_date') }} as date
            )
    where lookbacks.days_back > 0
    group by days.client_id, days.report_date, lookbacks.comparison, days.is_complete
),

moved as (  -- a day of an affiliate stands under each day that looks back at it
    select
        affiliate_days.client_id,
        affiliate_days.advertiser_id,
        affiliate_days.affiliate_id,
        affiliate_days.affiliate_label,
        affiliate_days.is_internal,
        lookbacks.comparison,
        cast(
            {{ dbt.dateadd('day', 'lookbacks.days_back', 'affiliate_days.report_date') }} as date
        ) as report_date,
        case when lookbacks.days_back = 0 then affiliate_days.conversions else 0 end
            as conversions,
        case when lookbacks.days_back = 0 then affiliate_days.spend_rows else 0 end
            as spend_rows,
        case when lookbacks.days_back = 0 then affiliate_days.effective_cost else 0 end
            as effective_cost,
        case when lookbacks.days_back > 0 then affiliate_days.conversions else 0 end
            as conversions_before,
        case when lookbacks.days_back > 0 then affiliate_days.spend_rows else 0 end
            as spend_rows_before,
        case when lookbacks.days_back > 0 then affiliate_days.effective_cost else 0 end
            as effective_cost_before
    from affiliate_days
    cross join lookbacks
),

summed as (
    select
        moved.client_id,
        moved.report_date,
        moved.comparison,
        moved.advertiser_id,
        moved.affiliate_id,
        advertiser_days.advertiser_label,
        moved.affiliate_label,
        moved.is_internal,
        periods.days_before,
        periods.is_complete,
        periods.is_complete_before,
        cast(sum(moved.conversions) as bigint) as conversions,
        cast(sum(case when moved.is_internal then moved.conversions else 0 end) as bigint)
            as internal_conversions,
        cast(sum(moved.spend_rows) as bigint) as spend_rows,
        cast(sum(moved.effective_cost) as decimal(18, 4)) as effective_cost,
        cast(sum(moved.conversions_before) as bigint) as conversions_before,
        cast(sum(case when moved.is_internal then moved.conversions_before else 0 end) as bigint)
            as internal_conversions_before,
        cast(sum(moved.spend_rows_before) as bigint) as spend_rows_before,
        cast(sum(moved.effective_cost_before) as decimal(18, 4)) as effective_cost_before
    from moved
    inner join periods
        on
            moved.client_id = periods.client_id
            and moved.report_date = periods.report_date
            and moved.comparison = periods.comparison
    inner join advertiser_days
        on
            moved.client_id = advertiser_days.client_id
            and moved.report_date = advertiser_days.report_date
            and moved.advertiser_id = advertiser_days.advertiser_id
    group by
        moved.client_id,
        moved.report_date,
        moved.comparison,
        moved.advertiser_id,
        moved.affiliate_id,
        advertiser_days.advertiser_label,
        moved.affiliate_label,
        moved.is_internal,
        periods.days_before,
        periods.is_complete,
        periods.is_complete_before
),

totalled as (  -- beside each affiliate its advertiser's sums, and those of the affiliates up to it
    select
        *,
        cast(sum(conversions) over up_to_it as bigint) as running_conversions,
        cast(sum(conversions_before) over up_to_it as bigint) as running_conversions_before,
        cast(sum(effective_cost) over up_to_it as decimal(18, 4)) as running_cost,
        cast(sum(effective_cost_before) over up_to_it as decimal(18, 4)) as running_cost_before,
        sum(conversions) over per_advertiser as advertiser_conversions,
        sum(conversions_before) over per_advertiser as advertiser_conversions_before,
        sum(internal_conversions) over per_advertiser as advertiser_internal_conversions,
        sum(internal_conversions_before) over per_advertiser
            as advertiser_internal_conversions_before,
        sum(spend_rows) over per_advertiser as advertiser_spend_rows,
        sum(spend_rows_before) over per_advertiser as advertiser_spend_rows_before,
        sum(effective_cost) over per_advertiser as advertiser_effective_cost,
        sum(effective_cost_before) over per_advertiser as advertiser_effective_cost_before,
        count(*) over per_advertiser as affiliates,
        row_number() over up_to_it as affiliate_number
    from summed
    window
        per_advertiser as (partition by client_id, report_date, comparison, advertiser_id),
        up_to_it as (  -- the largest comes last, where what is lost by rounding is smallest
            partition by client_id, report_date, comparison, advertiser_id
            order by conversions + conversions_before, affiliate_id
            rows between unbounded preceding and current row
        )
),

explained as (
    select
        *,
        case
            when not is_complete then 'not complete'
            else {{ cpa_reason(
                'advertiser_conversions',
                'advertiser_internal_conversions',
                'advertiser_spend_rows'
            ) }}
        end as advertiser_effective_cpa_reason,
        case
            when not is_complete_before then 'not complete'
            else {{ cpa_reason(
                'advertiser_conversions_before',
                'advertiser_internal_conversions_before',
                'advertiser_spend_rows_before'
            ) }}
        end as advertiser_effective_cpa_before_reason
    from totalled
),

costed as (
    select
        *,
        case
            when advertiser_effective_cpa_reason is null
                then {{ safe_divide('advertiser_effective_cost', 'advertiser_conversions') }}
        end as advertiser_effective_cpa,
        case
            when advertiser_effective_cpa_before_reason is null
                then {{ safe_divide(
                    'advertiser_effective_cost_before', 'advertiser_conversions_before'
                ) }}
        end as advertiser_effective_cpa_before,
        advertiser_effective_cpa_reason is null and advertiser_effective_cpa_before_reason is null
            as is_known
    from explained
),

compared as (  -- what the affiliates up to each one moved: beyond the CPA before, then less then
    select
        *,
        advertiser_effective_cpa - advertiser_effective_cpa_before as advertiser_cpa_change,
        case
            when not is_known then null
            when affiliate_number = affiliates
                then advertiser_effective_cpa - advertiser_effective_cpa_before
            else {{ safe_divide(
                '(running_cost - advertiser_effective_cpa_before * running_conversions)'
                ~ ' * cast(advertiser_conversions_before as bigint)'
                ~ ' - (running_cost_before'
                ~ ' - advertiser_effective_cpa_before * running_conversions_before)'
                ~ ' * cast(advertiser_conversions as bigint)',
                'advertiser_conversions * advertiser_conversions_before'
            ) }}
        end as running_change,
        case
            when not is_known then null
            when affiliates = 1 -- no other one's share: what rounding does is no mix
                then advertiser_effective_cpa - advertiser_effective_cpa_before
            when conversions_before > 0
                then {{ safe_divide(
                    'effective_cost * conversions_before - effective_cost_before * conversions',
                    'conversions_before * cast(advertiser_conversions as bigint)'
                ) }}
            else 0
        end as rate_part
    from costed
),

parted as (
    select
        *,
        running_change - coalesce(
            lag(running_change) over (
                partition by client_id, report_date, comparison, advertiser_id
                order by affiliate_number
            ),
            0
        ) as change_part
    from compared
)

select
    -- keys
    client_id,
    report_date,
    comparison,
    advertiser_id,
    affiliate_id,

    -- dimensions
    advertiser_label,
    affiliate_label,
    is_internal,
    cast(days_before as bigint) as days_before,

    -- the affiliate in both periods
    conversions,
    conversions_before,
    effective_cost,
    effective_cost_before,
    {{ costed_cpa('effective_cost', 'conversions', 'internal_conversions', 'spend_rows') }}
        as effective_cpa,
    {{ cpa_reason('conversions', 'internal_conversions', 'spend_rows') }}
        as effective_cpa_reason,
    {{ costed_cpa(
        'effective_cost_before',
        'conversions_before',
        'internal_conversions_before',
        'spend_rows_before'
    ) }} as effective_cpa_before,
    {{ cpa_reason(
        'conversions_before', 'internal_conversions_before', 'spend_rows_before'
    ) }} as effective_cpa_before_reason,
    {{ safe_divide('conversions', 'advertiser_conversions') }} as conversion_share,
    {{ safe_divide('conversions_before', 'advertiser_conversions_before') }}
        as conversion_share_before,

    -- the advertiser in both periods
    cast(advertiser_conversions as bigint) as advertiser_conversions,
    cast(advertiser_conversions_before as bigint) as advertiser_conversions_before,
    cast(advertiser_effective_cost as decimal(18, 4)) as advertiser_effective_cost,
    cast(advertiser_effective_cost_before as decimal(18, 4)) as advertiser_effective_cost_before,
    advertiser_effective_cpa,
    advertiser_effective_cpa_reason,
    advertiser_effective_cpa_before,
    advertiser_effective_cpa_before_reason,
    cast(advertiser_cpa_change as decimal(18, 4)) as advertiser_cpa_change,

    -- the affiliate's part of the change
    cast(change_part as decimal(18, 4)) as change_part,
    cast(rate_part as decimal(18, 4)) as rate_part,
    cast(change_part - rate_part as decimal(18, 4)) as mix_part
from parted
