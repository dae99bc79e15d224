-- Anchored on complete days, never on the clock: both sides of the pace know the same days.
with targets as (
    select * from {{ ref('int_targets__by_advertiser') }}
),

loaded_days as (
    select * from {{ ref('int_days__completeness') }}
),

summary as (
    select * from {{ ref('daily_summary') }}
    where is_complete
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

clients as (
    select * from {{ ref('clients') }}
),

complete_months as (
    select
        client_id,
        cast({{ dbt.date_trunc('month', 'report_date') }} as date) as report_month,
        count(*) as complete_days,
        max(report_date) as last_complete_date
    from loaded_days
    where is_complete
    group by client_id, cast({{ dbt.date_trunc('month', 'report_date') }} as date)
),

loaded_ranges as (  -- a day is over when a source saw it closed, and when a later one is loaded
    select
        client_id,
        min(report_date) as first_date,
        max(
            case
                when is_everflow_complete or is_redtrack_complete then report_date
                else cast({{ dbt.dateadd('day', -1, 'report_date') }} as date)
            end
        ) as last_over_date
    from loaded_days
    group by client_id
),

costs as (
    select
        client_id,
        cast({{ dbt.date_trunc('month', 'report_date') }} as date) as report_month,
        advertiser_id,
        sum(conversions) as conversions,
        sum(internal_conversions) as internal_conversions,
        sum(spend_rows) as spend_rows,
        sum(uncosted_conversions) as uncosted_conversions,
        sum(spend) as spend,
        sum(effective_cost) as effective_cost,
        count(case when spend <> 0 or effective_cost <> 0 then 1 end) as days_with_cost
    from summary
    group by
        client_id,
        cast({{ dbt.date_trunc('month', 'report_date') }} as date),
        advertiser_id
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
    where days_with_cost > 0
),

joined as (  -- each side has the key once
    select
        pace_keys.client_id,
        pace_keys.report_month,
        pace_keys.advertiser_id,
        clients.currency,
        -- there was nothing to spend before
        least(clients.start_date, loaded_ranges.first_date) as first_date,
        loaded_ranges.last_over_date,
        targets.target_basis,
        targets.budget,
        targets.target_cpa,
        complete_months.last_complete_date,
        coalesce(advertisers.advertiser_label, targets.target_advertiser) as advertiser_label,
        case
            when targets.client_id is null then 'no_target'
            when not targets.is_known_advertiser then 'unknown_advertiser'
            when targets.target_rows > 1 then 'duplicate_target'
            when targets.target_basis in ('spend', 'effective_cost') then 'matched'
            else 'unknown_basis'
        end as match_status,
        coalesce(targets.target_rows, 0) as target_rows,
        coalesce(complete_months.complete_days, 0) as complete_days,
        cast(
            {{ dbt.datediff(
                'pace_keys.report_month',
                'cast(' ~ dbt.dateadd('month', 1, 'pace_keys.report_month') ~ ' as date)',
                'day'
            ) }} as bigint
        ) as days_in_month,
        -- what was spent is unknown of an advertiser nobody knows, and before any day is complete
        complete_months.client_id is not null and coalesce(targets.is_known_advertiser, true)
            as is_cost_known,
        coalesce(costs.conversions, 0) as conversions,
        coalesce(costs.internal_conversions, 0) as internal_conversions,
        coalesce(costs.spend_rows, 0) as spend_rows,
        coalesce(costs.uncosted_conversions, 0) as uncosted_conversions,
        coalesce(costs.spend, 0) as spend,
        coalesce(costs.effective_cost, 0) as effective_cost
    from pace_keys
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
    left join complete_months
        on
            pace_keys.client_id = complete_months.client_id
            and pace_keys.report_month = complete_months.report_month
    left join advertisers
        on
            pace_keys.client_id = advertisers.client_id
            and pace_keys.advertiser_id = advertisers.advertiser_id
    left join clients on pace_keys.client_id = clients.client_id
    left join loaded_ranges on pace_keys.client_id = loaded_ranges.client_id
),

passed as (
    select
        *,
        least(
            days_in_month,
            greatest(
                coalesce({{ dbt.datediff('report_month', 'last_over_date', 'day') }} + 1, 0), 0
            )
        ) as days_passed,
        greatest(coalesce({{ dbt.datediff('report_month', 'first_date', 'day') }}, 0), 0)
            as days_before_first
    from joined
),

on_basis as (
    select
        *,
        days_passed - least(days_before_first, days_passed) - complete_days as missing_days,
        days_in_month - days_passed as days_left,
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
        end as cpa_to_date
    from passed
)

select
    -- keys
    cast(client_id as {{ dbt.type_string() }}) as client_id,
    cast(report_month as date) as report_month,
    cast(advertiser_id as {{ dbt.type_string() }}) as advertiser_id,

    -- dimensions
    cast(advertiser_label as {{ dbt.type_string() }}) as advertiser_label,
    cast(currency as {{ dbt.type_string() }}) as currency,
    cast(match_status as {{ dbt.type_string() }}) as match_status,
    cast(target_rows as bigint) as target_rows,

    -- target
    cast(target_basis as {{ dbt.type_string() }}) as target_basis,
    cast(budget as decimal(18, 4)) as budget,
    cast(target_cpa as decimal(18, 4)) as target_cpa,

    -- days
    cast(days_in_month as bigint) as days_in_month,
    cast(complete_days as bigint) as complete_days,
    cast(missing_days as bigint) as missing_days,
    cast(last_complete_date as date) as last_complete_date,

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
    cast(cpa_to_date - target_cpa as decimal(18, 4)) as cpa_distance
from on_basis
