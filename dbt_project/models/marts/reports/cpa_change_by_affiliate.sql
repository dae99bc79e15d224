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
        moved.affiliate_label,
        moved.is_internal,
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
    group by
        moved.client_id,
        moved.report_date,
        moved.comparison,
        moved.advertiser_id,
        moved.affiliate_id,
        moved.affiliate_label,
        moved.is_internal
),

totalled as (  -- of loaded days on which the advertiser has a row
    select
        summed.client_id,
        summed.report_date,
        summed.comparison,
        summed.advertiser_id,
        advertiser_days.advertiser_label,
        periods.days_before,
        periods.is_complete,
        periods.is_complete_before,
        cast(sum(summed.conversions) as bigint) as conversions,
        cast(sum(summed.internal_conversions) as bigint) as internal_conversions,
        cast(sum(summed.spend_rows) as bigint) as spend_rows,
        cast(sum(summed.effective_cost) as decimal(18, 4)) as effective_cost,
        cast(sum(summed.conversions_before) as bigint) as conversions_before,
        cast(sum(summed.internal_conversions_before) as bigint) as internal_conversions_before,
        cast(sum(summed.spend_rows_before) as bigint) as spend_rows_before,
        cast(sum(summed.effective_cost_before) as decimal(18, 4)) as effective_cost_before,
        count(*) as affiliates
    from summed
    inner join periods
        on
            summed.client_id = periods.client_id
            and summed.report_date = periods.report_date
            and summed.comparison = periods.comparison
    inner join advertiser_days
        on
            summed.client_id = advertiser_days.client_id
            and summed.report_date = advertiser_days.report_date
            and summed.advertiser_id = advertiser_days.advertiser_id
    group by
        summed.client_id,
        summed.report_date,
        summed.comparison,
        summed.advertiser_id,
        advertiser_days.advertiser_label,
        periods.days_before,
        periods.is_complete,
        periods.is_complete_before
),

explained as (
    select
        *,
        case
            when not is_complete then 'not complete'
            else {{ cpa_reason('conversions', 'internal_conversions', 'spend_rows') }}
        end as effective_cpa_reason,
        case
            when not is_complete_before then 'not complete'
            else {{ cpa_reason(
                'conversions_before', 'internal_conversions_before', 'spend_rows_before'
            ) }}
        end as effective_cpa_before_reason
    from totalled
),

advertisers as (
    select
        *,
        case
            when effective_cpa_reason is null
                then {{ safe_divide('effective_cost', 'conversions') }}
        end as effective_cpa,
        case
            when effective_cpa_before_reason is null
                then {{ safe_divide('effective_cost_before', 'conversions_before') }}
        end as effective_cpa_before
    from explained
),

placed as (  -- with the sums of the affiliates up to each one
    select
        *,
        cast(sum(conversions) over up_to_it as bigint) as running_conversions,
        cast(sum(conversions_before) over up_to_it as bigint) as running_conversions_before,
        cast(sum(effective_cost) over up_to_it as decimal(18, 4)) as running_cost,
        cast(sum(effective_cost_before) over up_to_it as decimal(18, 4)) as running_cost_before,
        row_number() over up_to_it as affiliate_number
    from summed
    window up_to_it as (  -- the largest comes last, where what is lost by rounding is smallest
        partition by client_id, report_date, comparison, advertiser_id
        order by conversions + conversions_before, affiliate_id
        rows between unbounded preceding and current row
    )
),

joined as (
    select
        placed.*,
        advertisers.advertiser_label,
        advertisers.days_before,
        advertisers.affiliates,
        advertisers.conversions as advertiser_conversions,
        advertisers.conversions_before as advertiser_conversions_before,
        advertisers.effective_cost as advertiser_effective_cost,
        advertisers.effective_cost_before as advertiser_effective_cost_before,
        advertisers.effective_cpa as advertiser_effective_cpa,
        advertisers.effective_cpa_reason as advertiser_effective_cpa_reason,
        advertisers.effective_cpa_before as advertiser_effective_cpa_before,
        advertisers.effective_cpa_before_reason as advertiser_effective_cpa_before_reason,
        advertisers.effective_cpa - advertisers.effective_cpa_before as advertiser_cpa_change
    from placed
    inner join advertisers
        on
            placed.client_id = advertisers.client_id
            and placed.report_date = advertisers.report_date
            and placed.comparison = advertisers.comparison
            and placed.advertiser_id = advertisers.advertiser_id
),

compared as (  -- what the affiliates up to each one moved: beyond the CPA before, then less then
    select
        *,
        case
            when advertiser_cpa_change is null then null
            when affiliate_number = affiliates then advertiser_cpa_change
            else {{ safe_divide(
                '(running_cost - advertiser_effective_cpa_before * running_conversions)'
                ~ ' * advertiser_conversions_before'
                ~ ' - (running_cost_before'
                ~ ' - advertiser_effective_cpa_before * running_conversions_before)'
                ~ ' * advertiser_conversions',
                'advertiser_conversions * advertiser_conversions_before'
            ) }}
        end as running_change,
        case
            when advertiser_cpa_change is null then null
            when affiliates = 1 -- no other one's share: what rounding does is no mix
                then advertiser_cpa_change
            when conversions_before > 0
                then {{ safe_divide(
                    'effective_cost * conversions_before - effective_cost_before * conversions',
                    'conversions_before * advertiser_conversions'
                ) }}
            else 0
        end as rate_part
    from joined
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
    advertiser_conversions,
    advertiser_conversions_before,
    advertiser_effective_cost,
    advertiser_effective_cost_before,
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
