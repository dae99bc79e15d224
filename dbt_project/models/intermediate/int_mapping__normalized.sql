with mapping as (
    select * from {{ ref('affiliate_mapping') }}
),

normalized as (
    select
        -- keys
        client_id,
        {{ clean_id('redtrack_source_id') }} as redtrack_source_id,
        id as mapping_id,
        cast(everflow_affiliate_id as bigint) as affiliate_id,
        cast(everflow_advertiser_id as bigint) as advertiser_id,

        -- dimensions
        nullif(trim(both ' ' from redtrack_source), '') as redtrack_source,
        nullif(trim(both ' ' from everflow_affiliate_label), '') as affiliate_label,
        nullif(trim(both ' ' from everflow_advertiser_label), '') as advertiser_label
    from mapping
)

select * from normalized
