-- Counts outside what chance explains: far outside on one day, or outside on each of three. The
-- root of a count varies alike at every volume, so bounds are put around the roots; where few are
-- expected, there may be none at all.
{% set days_before = anomaly_limit('lasting_days') | int - 1 %}
with expected as (
    select * from {{ ref('int_anomalies__expected') }}
),

roots as (
    select
        *,
        sqrt(overdispersion) / 2 as one_day_root,
        -- days that are outside themselves say nothing of what is usual
        sqrt(
            min(overdispersion) over (
                partition by client_id, rule_name, subject
                order by report_date
                rows between {{ days_before }} preceding and current row
            )
        ) / 2 as each_day_root
    from expected
),

rooted as (
    select
        *,
        {% for name in ['one_day', 'each_day'] %}
            greatest(
                sqrt(least_expected)
                - {{ anomaly_limit(name ~ '_deviations') }} * {{ name }}_root,
                0
            ) as {{ name }}_least_root,
            sqrt(most_expected) + {{ anomaly_limit(name ~ '_deviations') }} * {{ name }}_root
                as {{ name }}_most_root,
        {% endfor %}
        case
            when observed > 0 then 0
            else cast(floor(least(least_expected, 1e13) * 100) as bigint)
        end as missed_hundredths
    from roots
),

bounded as (
    select
        *,
        {% for name in ['one_day', 'each_day'] %}
            case
                when least_expected >= {{ anomaly_limit('certain') }}
                    then cast(
                        ceil(
                            least(
                                {{ name }}_least_root * {{ name }}_least_root,
                                least_expected * {{ anomaly_limit(name ~ '_below') }}
                            )
                        ) as bigint
                    )
                else 0
            end as {{ name }}_fewest,
            cast(
                floor(
                    least(
                        greatest(
                            {{ name }}_most_root * {{ name }}_most_root,
                            most_expected * {{ anomaly_limit(name ~ '_above') }},
                            {{ anomaly_limit('certain') }}
                        ), 1e15
                    )
                ) as bigint
            ) as {{ name }}_most,
        {% endfor %}
        max(report_date) over (partition by client_id, rule_name, subject) as judged_to_date,
        count(case when observed > 0 then 1 end)
            over (partition by client_id, rule_name, subject order by report_date) as silence
    from rooted
),

placed as (  -- among the days before, and what a silence has missed so far
    select
        *,
        count(case when observed < each_day_fewest then 1 end) over lately
        = {{ anomaly_limit('lasting_days') }} as stays_low,
        count(case when observed > each_day_most then 1 end) over lately
        = {{ anomaly_limit('lasting_days') }} as stays_high,
        sum(missed_hundredths)
            over (partition by client_id, rule_name, subject, silence order by report_date)
            as missed
    from bounded
    window lately as (
        partition by client_id, rule_name, subject
        order by report_date
        rows between {{ days_before }} preceding and current row
    )
),

judged as (
    select
        *,
        case when stays_low then each_day_fewest else one_day_fewest end as fewest,
        case when stays_high then each_day_most else one_day_most end as most
    from placed
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
            then cast(floor({{ as_double('missed') }} / 100) as decimal(18, 4))
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
        and missed_hundredths > 0
        and missed >= {{ anomaly_limit('certain') }} * 100 * overdispersion
    )
