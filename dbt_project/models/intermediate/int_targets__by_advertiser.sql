-- The one place where a line of the sheet meets an advertiser.
with targets as (
    select * from {{ ref('stg_google_sheets__targets') }}
),

advertisers as (
    select
        client_id,
        cast(everflow_advertiser_id as bigint) as advertiser_id,
        {{ clean_id('advertiser_label') }} as advertiser_name
    from {{ ref('client_advertisers') }}
),

labels as (
    select
        client_id,
        advertiser_name,
        case when count(*) = 1 then max(advertiser_id) end as advertiser_id -- two: ambiguous
    from advertisers
    group by client_id, advertiser_name
),

names as (  -- what people may type; a label that looks like another one's id is a label
    select
        client_id,
        advertiser_name,
        advertiser_id
    from labels
    union all
    select
        advertisers.client_id,
        cast(advertisers.advertiser_id as {{ dbt.type_string() }}) as advertiser_name,
        advertisers.advertiser_id
    from advertisers
    left join labels
        on
            advertisers.client_id = labels.client_id
            and cast(advertisers.advertiser_id as {{ dbt.type_string() }}) = labels.advertiser_name
    where labels.client_id is null
),

named as (  -- no advertiser has an id below -1: a line that fits none gets one of those
    select
        targets.*,
        names.advertiser_id is not null as is_known_advertiser,
        coalesce(
            names.advertiser_id,
            -1 - dense_rank() over (
                partition by
                    targets.client_id,
                    case when names.advertiser_id is null then 1 else 0 end
                order by {{ dbt.hash(clean_id('targets.advertiser')) }}
            )
        ) as advertiser_id
    from targets
    left join names
        on
            targets.client_id = names.client_id
            and {{ clean_id('targets.advertiser') }} = names.advertiser_name
),

counted as (  -- two lines for one advertiser and month: neither counts
    select
        client_id,
        report_month,
        advertiser_id,
        is_known_advertiser,
        min({{ byte_order('advertiser') }}) as target_advertiser,
        count(*) as target_rows,
        case when count(*) = 1 then max(target_basis) end as target_basis,
        case when count(*) = 1 then max(budget) end as budget,
        case when count(*) = 1 then max(target_cpa) end as target_cpa
    from named
    group by client_id, report_month, advertiser_id, is_known_advertiser
)

select * from counted
