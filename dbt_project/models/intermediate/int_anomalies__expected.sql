-- What the days before say of a day: the middle of the same weekdays and that of the last days, so
-- that neither the rhythm of a week nor a trend is news, a short trouble changes no expectation,
-- and a level that lasts becomes the usual one. Counts vary as much as they did from week to week,
-- and at least as chance alone makes them (Poisson, `overdispersion` 1).
{% set days = anomaly_limit('weeks') | int * 7 %}
{% set varying_days = anomaly_limit('varying_weeks') | int * 7 %}
with series as (
    select * from {{ ref('int_anomalies__series') }}
),

offsets as (
    select days_before
    from
        (
            values
            {% for number in range(1, varying_days + 1) %}({{ number }}){{ ',' if not loop.last }}
            {% endfor %}
        ) as numbered (days_before) -- noqa: AL05
),

measured as (
    select
        client_id,
        report_date,
        rule_name,
        subject,
        {{ as_double('observed') }} as observed,
        {{ as_double('exposure') }} as exposure
    from series
    where exposure > 0
),

rated as (  -- beside the same weekday of the week before
    select
        today.client_id,
        today.report_date,
        today.rule_name,
        today.subject,
        today.observed / today.exposure as rate,
        case
            when today.observed + week_before.observed > 0
                then
                    (
                        today.observed * week_before.exposure
                        - week_before.observed * today.exposure
                    )
                    * (
                        today.observed * week_before.exposure
                        - week_before.observed * today.exposure
                    )
                    / (today.exposure * week_before.exposure)
                    / (today.observed + week_before.observed)
        end as variation
    from measured as today
    left join measured as week_before
        on
            today.client_id = week_before.client_id
            and today.rule_name = week_before.rule_name
            and today.subject = week_before.subject
            and week_before.report_date
            = cast({{ dbt.dateadd('day', -7, 'today.report_date') }} as date)
),

past as (  -- every day beside each day that it is compared with
    select
        rated.client_id,
        cast({{ dbt.dateadd('day', 'offsets.days_before', 'rated.report_date') }} as date)
            as report_date,
        rated.rule_name,
        rated.subject,
        rated.variation,
        case when offsets.days_before <= {{ anomaly_limit('recent_days') }} then rated.rate end
            as recent_rate,
        case
            when offsets.days_before in ({{ range(7, days + 1, 7) | join(', ') }}) then rated.rate
        end
            as weekday_rate
    from rated
    cross join offsets
),

usual as (
    select
        client_id,
        report_date,
        rule_name,
        subject,
        {{ quantile('recent_rate', 0.5) }} as recent_rate,
        {{ quantile('weekday_rate', 0.5) }} as weekday_rate,
        -- of what is normally distributed, so many days vary by no more than a standard deviation
        {{ quantile('variation', 0.6827) }} as variation
    from past
    group by client_id, report_date, rule_name, subject
    having
        count(recent_rate) >= {{ anomaly_limit('fewest_recent_days') }}
        and count(weekday_rate) >= {{ anomaly_limit('fewest_weekdays') }}
)

select
    series.client_id,
    series.report_date,
    series.rule_name,
    series.subject,
    series.affiliate_id,
    series.advertiser_id,
    series.observed,
    series.exposure,
    {{ as_double('series.exposure') }}
    * greatest(least(usual.recent_rate, usual.weekday_rate), 0) as least_expected,
    {{ as_double('series.exposure') }}
    * greatest(usual.recent_rate, usual.weekday_rate, 0) as most_expected,
    greatest(coalesce(usual.variation, 1), 1) as overdispersion
from series
inner join usual
    on
        series.client_id = usual.client_id
        and series.report_date = usual.report_date
        and series.rule_name = usual.rule_name
        and series.subject = usual.subject
where series.exposure > 0
