-- Each day is judged by days before it alone, so that the history of this table is what the rules
-- would have said; `signalroom anomalies backtest` counts it.
{% set families = ['counts', 'spend', 'missing_days', 'columns'] %}
with days as (
    select
        client_id,
        max(report_date) as newest_date
    from {{ ref('int_days__reported') }}
    group by client_id
),

found as (
    {% for family in families %}
        select
            client_id,
            report_date,
            rule_name,
            subject,
            affiliate_id,
            advertiser_id,
            judged_to_date,
            reason,
            observed,
            expected_low,
            expected_high
        from {{ ref('int_anomalies__' ~ family) }}
        union all
    {% endfor %}
    select
        uncosted.client_id,
        uncosted.report_date,
        'cost' as rule_name,
        'source ' || uncosted.redtrack_source_id as subject,
        uncosted.affiliate_id,
        uncosted.advertiser_id,
        -- the tracker may fetch it for some days yet
        case
            when
                uncosted.report_date
                > cast({{ dbt.dateadd('day', -7, 'days.newest_date') }} as date)
                then uncosted.report_date
        end as judged_to_date,
        'clicks without cost' as reason,
        0 as observed,
        null as expected_low,
        null as expected_high
    from {{ ref('int_spend__uncosted') }} as uncosted
    inner join days on uncosted.client_id = days.client_id
),

ranked as (  -- the closer to the cause, the lower; 0 explains nothing and is explained by nothing
    select
        *,
        reason in ('more', 'cheaper') as is_gain,
        case
            when rule_name = 'postback' and subject like 'source %' then 1
            when rule_name in ('postback', 'spend') then 2
            when rule_name = 'conversions' and affiliate_id is not null then 3
            when rule_name = 'cpa' and affiliate_id is not null then 4
            when rule_name = 'conversions' then 5
            when rule_name = 'cpa' then 6
            else 0
        end as distance
    from found
),

explained as (
    select
        broad.client_id,
        broad.report_date,
        broad.rule_name,
        broad.subject,
        min(narrow.distance) as distance
    from ranked as broad
    inner join ranked as narrow
        on
            broad.client_id = narrow.client_id
            and broad.report_date = narrow.report_date
            and broad.advertiser_id = narrow.advertiser_id
            and broad.distance > narrow.distance
            and broad.is_gain = narrow.is_gain
            and coalesce(broad.affiliate_id = narrow.affiliate_id, true)
            and (broad.rule_name <> 'spend' or broad.subject = narrow.subject)
            and (
                narrow.rule_name in ('postback', 'conversions')
                or broad.rule_name = narrow.rule_name
            )
    where narrow.distance > 0
    group by broad.client_id, broad.report_date, broad.rule_name, broad.subject
),

begun as (
    select  -- noqa: ST06
        ranked.*,
        case
            when explained.distance < 3 then 'postback'
            when explained.distance in (3, 5) then 'conversions'
            when explained.distance = 4 then 'cpa'
        end as explained_by,
        coalesce(
            {{ dbt.datediff(
                'lag(ranked.report_date) over alike', 'ranked.report_date', 'day'
            ) }} <= {{ anomaly_limit('quiet_days') }}, false
        ) as goes_on
    from ranked
    left join explained
        on
            ranked.client_id = explained.client_id
            and ranked.report_date = explained.report_date
            and ranked.rule_name = explained.rule_name
            and ranked.subject = explained.subject
    window alike as (
        partition by ranked.client_id, ranked.rule_name, ranked.subject, ranked.is_gain
        order by ranked.report_date
    )
),

dated as (
    select
        *,
        max(case when not goes_on then report_date end) over (
            partition by client_id, rule_name, subject, is_gain order by report_date
        ) as since_date
    from begun
),

told as (  -- what was explained when it began is the same thing until it ends
    select
        dated.*,
        first_value(dated.explained_by) over (
            partition by
                dated.client_id, dated.rule_name, dated.subject, dated.is_gain, dated.since_date
            order by dated.report_date
        ) as first_explained_by
    from dated
),

titles as (  -- a source has one title on all days
    select
        client_id,
        'source ' || redtrack_source_id as subject,
        max(redtrack_source) as redtrack_source
    from {{ ref('int_spend__by_source') }}
    group by client_id, redtrack_source_id
)

select  -- noqa: ST06
    -- keys
    told.client_id,
    cast(told.report_date as date) as report_date,
    told.rule_name,
    told.subject,

    -- dimensions
    case
        when titles.subject is not null then titles.redtrack_source
        when told.affiliate_id is not null then affiliates.affiliate_label
        when told.advertiser_id is not null then advertisers.advertiser_label
        else told.subject
    end as subject_label,
    told.affiliate_id,
    told.advertiser_id,
    advertisers.advertiser_label,
    told.reason,
    case
        when told.reason = 'new columns' then 'warning'  -- nothing is lost
        when told.rule_name in ('postback', 'cost', 'schema') then 'critical'
        when told.reason in ('not there', 'none') then 'critical'
        else 'warning'
    end as severity,
    told.first_explained_by as explained_by,
    cast(told.since_date as date) as since_date,

    -- measures
    cast(told.observed as decimal(18, 4)) as observed,
    cast(told.expected_low as decimal(18, 4)) as expected_low,
    cast(told.expected_high as decimal(18, 4)) as expected_high,

    -- flags
    coalesce(told.report_date = told.judged_to_date, false) as is_standing
from told
left join titles on told.client_id = titles.client_id and told.subject = titles.subject
left join {{ ref('dim_affiliates') }} as affiliates
    on told.client_id = affiliates.client_id and told.affiliate_id = affiliates.affiliate_id
left join {{ ref('dim_advertisers') }} as advertisers
    on
        told.client_id = advertisers.client_id
        and told.advertiser_id = advertisers.advertiser_id
