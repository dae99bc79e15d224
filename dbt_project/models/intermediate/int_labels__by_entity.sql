-- Every affiliate and every advertiser that the network, the mapping or the spend names, and what
-- it is called there. Both dimensions are made of it.
{% set entities = ['affiliate', 'advertiser'] %}
with everflow as (
    select * from {{ ref('stg_everflow__daily_stats') }}
),

mapping as (
    select * from {{ ref('int_mapping__normalized') }}
),

spend as (
    select * from {{ ref('int_spend__by_affiliate') }}
),

mentions as (
    {% for entity in entities %}
        select
            client_id,
            '{{ entity }}' as entity,
            {{ entity }}_id as entity_id,
            'network' as origin,
            {{ entity }}_label as entity_label,
            report_date,
            _loaded_at,
            cast(null as bigint) as mapping_id
        from everflow
        union all
        select
            client_id,
            '{{ entity }}' as entity,
            {{ entity }}_id as entity_id,
            'mapping' as origin,
            {{ entity }}_label as entity_label,
            null as report_date,
            null as _loaded_at,
            mapping_id
        from mapping
        union all
        select
            client_id,
            '{{ entity }}' as entity,
            {{ entity }}_id as entity_id,
            'spend' as origin,
            null as entity_label,
            null as report_date,
            null as _loaded_at,
            null as mapping_id
        from spend
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (  -- the network's newest name and the mapping's first come first
    select
        *,
        row_number() over (
            partition by client_id, entity, entity_id, origin
            order by
                case when entity_label is null then 1 else 0 end,
                report_date desc,
                _loaded_at desc,
                mapping_id,
                -- the hash breaks ties alike on every engine; text itself sorts by the collation
                {{ dbt.hash('entity_label') }}
        ) as label_rank
    from mentions
)

select
    client_id,
    entity,
    entity_id,
    max(case when origin = 'network' and label_rank = 1 then entity_label end) as network_label,
    max(case when origin = 'mapping' and label_rank = 1 then entity_label end) as mapping_label,
    bool_or(origin = 'mapping') as is_mapped,
    min(report_date) as first_report_date,
    max(report_date) as last_report_date
from ranked
group by client_id, entity, entity_id
