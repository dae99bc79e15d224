-- Anchored on complete days, never on the clock: both sides of the pace know the same days.
with targets as (
    select * from {{ ref('int_targets__by_advertiser') }}
),

months as (
    select * from {{ ref('int_months__progress') }}
),

advertiser_days as (
    select * from {{ ref('fct_advertiser_daily') }}
),

days as (
    select * from {{ ref('int_days__completeness') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

clients as (
    select * from {{ ref('clients') }}
),

costs as (
    select
        advertiser_days.client_id,
        cast({{ dbt.date_trunc('month', 'advertiser_days.report_date') }} as date) as report_month,
        advertiser_days.advertiser_id,
        sum(advertiser_days.conversions) as conversions,
        sum(advertiser_days.internal_conversions) as internal_conversions,
        sum(advertiser_days.spend_rows) as spend_rows,
        sum(advertiser_days.uncosted_conversions) as uncosted_conversions,
        sum(advertiser_days.spend) as spend,
        sum(advertiser_days.effective_cost) as effective_cost,
        bool_or(advertiser_days.spend <> 0 or advertiser_days.effective_cost <> 0) as has_cost
    from advertiser_days
    inner join days
        on
            advertiser_days.client_id = days.client_id
            and advertiser_days.report_date = days.report_date
    where days.is_complete
    group by
        advertiser_days.client_id,
        cast({{ dbt.date_trunc('month', 'advertiser_days.report_date') }} as date),
        advertiser_days.advertiser_id
),

pace_keys as (
    select
        client_id,
        report_month,
        advertiser_id
    from targets
    union distinct
    select
        client_id,
        report_month,
        advertiser_id
    from costs
    where has_cost
),

joined as (  -- each side has the key once
    select
        pace_keys.client_id,
        pace_keys.report_month,
        pace_keys.advertiser_id,
        clients.currency,
        targets.target_basis,
        targets.budget,
        targets.target_cpa,
        months.days_in_month,
        months.complete_days,
        months.missing_days,
        months.days_left,
        months.last_complete_date,
        coalesce(advertisers.advertiser_label, targets.target_advertiser) as advertiser_label,
        case
            when targets.client_id is null then 'no_target'
            when not targets.is_known_advertiser then 'unknown_advertiser'
            when targets.target_rows > 1 then 'duplicate_target'
            when targets.target_basis in ('spend', 'effective_cost') then 'matched'
            else 'unknown_basis'
        end as match_status,
        coalesce(targets.target_rows, 0) as target_rows,
        -- the cost of an unknown advertiser, and before any complete day, is unknown
        months.complete_days > 0 and coalesce(targets.is_known_advertiser, true) as is_cost_known,
        coalesce(costs.conversions, 0) as conversions,
        coalesce(costs.internal_conversions, 0) as internal_conversions,
        coalesce(costs.spend_rows, 0) as spend_rows,
        coalesce(costs.uncosted_conversions, 0) as uncosted_conversions,
        coalesce(costs.spend, 0) as spend,
        coalesce(costs.effective_cost, 0) as effective_cost
    from pace_keys
    inner join months
        on
            pace_keys.client_id = months.client_id
            and pace_keys.report_month = months.report_month
    left join targets
        on
            pace_keys.client_id = targets.client_id
            and pace_keys.report_month = targets.report_month
            and pace_keys.advertiser_id = targets.advertiser_id
    left join costs
        on
            pace_keys.client_id = costs.client_id
            and pace_keys.report_month = costs.report_month
            and pace_keys.advertiser_id = costs.advertiser_id
    left join advertisers
        on
            pace_keys.client_id = advertisers.client_id
            and pace_keys.advertiser_id = advertisers.advertiser_id
    left join clients on pace_keys.client_id = clients.client_id
),

on_basis as (
    select
        *,
        cast(case when is_cost_known then spend end as decimal(18, 4)) as spend_to_date,
        cast(case when is_cost_known then effective_cost end as decimal(18, 4))
            as effective_cost_to_date,
        cast(
            case
                when not is_cost_known then null
                -- no spend row is not zero spend: the condition of costed_cpa
                when internal_conversions > 0 and spend_rows = 0 then null
                when target_basis = 'spend' then spend
                when target_basis = 'effective_cost' then effective_cost
            end as decimal(18, 4)
        ) as cost_to_date,
        case
            when target_basis = 'spend'
                then {{ costed_cpa(
                    'spend', 'internal_conversions', 'internal_conversions', 'spend_rows'
                ) }}
            when target_basis = 'effective_cost'
                then {{ costed_cpa(
                    'effective_cost', 'conversions', 'internal_conversions', 'spend_rows'
                ) }}
        end as cpa_to_date,
        case
            when match_status <> 'matched' then null -- which says it
            when complete_days = 0 then 'not complete'
            when target_basis = 'spend'
                then {{ cpa_reason(
                    'internal_conversions', 'internal_conversions', 'spend_rows'
                ) }}
            else {{ cpa_reason('conversions', 'internal_conversions', 'spend_rows') }}
        end as cpa_reason
    from joined
)

select
    -- keys
    client_id,
    report_month,
    advertiser_id,

    -- dimensions
    advertiser_label,
    currency,
    match_status,
    cast(target_rows as bigint) as target_rows,

    -- target
    target_basis,
    cast(budget as decimal(18, 4)) as budget,
    cast(target_cpa as decimal(18, 4)) as target_cpa,

    -- days
    cast(days_in_month as bigint) as days_in_month,
    cast(complete_days as bigint) as complete_days,
    cast(missing_days as bigint) as missing_days,
    last_complete_date,

    -- cost of the complete days
    spend_to_date,
    effective_cost_to_date,
    cost_to_date,

    -- pace
    {{ safe_divide('cost_to_date', 'budget') }} as budget_used_rate,
    {{ safe_divide('complete_days', 'days_in_month') }} as month_elapsed_rate,
    -- not the quotient of the two rates above, which are rounded
    {{ safe_divide('cost_to_date * days_in_month', 'budget * complete_days') }} as pace,
    {{ safe_divide('cost_to_date * days_in_month', 'complete_days') }} as projected_cost,
    case  -- what is left of the budget is unknown as long as a day's cost is
        when missing_days = 0 then {{ safe_divide('budget - cost_to_date', 'days_left') }}
    end as remaining_per_day,

    -- price
    cast(case when is_cost_known then uncosted_conversions end as bigint) as uncosted_conversions,
    cpa_to_date,
    cpa_reason,
    cast(cpa_to_date - target_cpa as decimal(18, 4)) as cpa_distance
from on_basis
