with flags as (
    select * from {{ ref('stg_posthog__feature_flags') }}
),

clients as (
    select * from {{ ref('clients') }}
)

select
    -- keys
    flags.client_id,
    flags.flag_id,

    -- dimensions
    flags.flag_key,
    flags.flag_description,
    case
        when flags.removed_at is not null then 'removed'
        when flags.is_active then 'active'
        else 'inactive'
    end as status,
    {{ local_date('flags.created_at', "coalesce(clients.timezone, 'UTC')") }} as created_date,
    {{ local_date('flags.removed_at', "coalesce(clients.timezone, 'UTC')") }} as removed_date,

    -- measures
    cast(flags.rollout_percentage as decimal(18, 4)) as rollout_percentage,
    cast(flags.version_number as bigint) as version_number
from flags
left join clients on flags.client_id = clients.client_id
