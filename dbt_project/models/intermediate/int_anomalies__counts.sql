-- Counts outside what chance explains: far outside on one day, or outside for several days taken
-- together. The root of a count varies alike at every volume, so the bounds are put around roots:
-- the square of sqrt(e) + d / 2 * sqrt(o) is e + d * sqrt(e * o) + d * d * o / 4.
{% set days_before = anomaly_limit('lasting_days') | int - 1 %}
{% set day, days = anomaly_limit('day_deviations'), anomaly_limit('days_deviations') %}
with expected as (
    select
        *,
        -- whole numbers add up to the same sum in any order
        cast(floor(least(least_expected, 1e13) * 100) as bigint) as least_hundredths,
        cast(floor(least(most_expected, 1e13) * 100) as bigint) as most_hundredths
    from {{ ref('int_anomalies__expected') }}
),

placed as (  -- among the days before
    select
        *,
        max(report_date) over (partition by client_id, rule_name, subject) as judged_to_date,
        count(case when observed > 0 then 1 end)
            over (partition by client_id, rule_name, subject order by report_date) as silence,
        count(*) over lately as days_lately,
        sum(observed) over lately as observed_lately,
        {{ as_double('sum(least_hundredths) over lately') }} / 100 as least_lately,
        {{ as_double('sum(most_hundredths) over lately') }} / 100 as most_lately,
        -- days that are outside themselves say nothing of what is usual
        min(overdispersion) over lately as overdispersion_lately
    from expected
    window lately as (
        partition by client_id, rule_name, subject
        order by report_date
        rows between {{ days_before }} preceding and current row
    )
),

bounded as (
    select
        *,
        least_expected * {{ anomaly_limit('days_below') }} as low_for_days,
        most_expected * {{ anomaly_limit('days_above') }} as high_for_days,
        case
            when least_expected > {{ day }} * {{ day }} * overdispersion / 4
                then least(
                    least_expected
                    - {{ day }} * sqrt(least_expected * overdispersion)
                    + {{ day }} * {{ day }} * overdispersion / 4,
                    least_expected * {{ anomaly_limit('day_below') }}
                )
            else 0
        end as low_for_a_day,
        greatest(
            most_expected
            + {{ day }} * sqrt(most_expected * overdispersion)
            + {{ day }} * {{ day }} * overdispersion / 4,
            most_expected * {{ anomaly_limit('day_above') }}
        ) as high_for_a_day,
        days_lately > {{ days_before }}
        and observed_lately < least_lately * {{ anomaly_limit('days_below') }}
        and observed_lately
        < least_lately
        - {{ days }} * sqrt(least_lately * overdispersion_lately)
        + {{ days }} * {{ days }} * overdispersion_lately / 4
        and least_lately > {{ days }} * {{ days }} * overdispersion_lately / 4 as stays_low,
        days_lately > {{ days_before }}
        and observed_lately > most_lately * {{ anomaly_limit('days_above') }}
        and observed_lately
        > most_lately
        + {{ days }} * sqrt(most_lately * overdispersion_lately)
        + {{ days }} * {{ days }} * overdispersion_lately / 4 as stays_high,
        -- what a silence has missed so far
        sum(case when observed > 0 then 0 else least_hundredths end)
            over (partition by client_id, rule_name, subject, silence order by report_date)
            as missed_hundredths
    from placed
),

judged as (  -- in whole numbers; where few are expected, none is nothing
    select
        *,
        case
            when least_expected < {{ anomaly_limit('certain') }} then 0
            when stays_low then cast(ceil(low_for_days) as bigint)
            else cast(ceil(low_for_a_day) as bigint)
        end as fewest,
        greatest(
            case
                when stays_high then cast(floor(least(high_for_days, 1e15)) as bigint)
                else cast(floor(least(high_for_a_day, 1e15)) as bigint)
            end,
            {{ anomaly_limit('certain') }}
        ) as most
    from bounded
)

select
    client_id,
    report_date,
    rule_name,
    subject,
    affiliate_id,
    advertiser_id,
    judged_to_date,
    case
        when rule_name = 'postback' then 'clicks without conversions'
        when rule_name = 'cpa' and observed < fewest then 'dearer'
        when rule_name = 'cpa' then 'cheaper'
        when observed = 0 then 'none'
        when observed < fewest then 'fewer'
        else 'more'
    end as reason,
    case
        when rule_name = 'cpa' then {{ safe_divide('exposure', 'observed') }}
        else cast(observed as decimal(18, 4))
    end as observed,
    case
        when rule_name = 'postback'
            then cast(floor({{ as_double('missed_hundredths') }} / 100) as decimal(18, 4))
        when rule_name = 'cpa' then {{ safe_divide('exposure', 'most') }}
        else cast(fewest as decimal(18, 4))
    end as expected_low,
    case
        when rule_name = 'cpa' then {{ safe_divide('exposure', 'fewest') }}
        when rule_name <> 'postback' then cast(most as decimal(18, 4))
    end as expected_high
from judged
where
    (rule_name <> 'postback' and (observed < fewest or observed > most))
    or (
        rule_name = 'postback'
        and observed <= 0
        and least_hundredths > 0
        and missed_hundredths >= {{ anomaly_limit('certain') }} * 100 * overdispersion
    )
