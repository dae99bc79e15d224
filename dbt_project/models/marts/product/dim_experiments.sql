with experiments as (
    select * from {{ ref('stg_posthog__experiments') }}
),

clients as (
    select * from {{ ref('clients') }}
)

select
    -- keys
    experiments.client_id,
    experiments.experiment_id,

    -- dimensions
    experiments.experiment_name,
    experiments.experiment_description,
    experiments.experiment_type,
    experiments.flag_key,
    experiments.conclusion,
    case
        when experiments.removed_at is not null then 'removed'
        when experiments.is_archived then 'archived'
        when experiments.ended_at is not null then 'ended'
        when experiments.started_at is not null then 'running'
        else 'draft'
    end as status,
    {{ local_date('experiments.started_at', "coalesce(clients.timezone, 'UTC')") }}
        as started_date,
    {{ local_date('experiments.ended_at', "coalesce(clients.timezone, 'UTC')") }} as ended_date,
    {{ local_date('experiments.removed_at', "coalesce(clients.timezone, 'UTC')") }}
        as removed_date
from experiments
left join clients on experiments.client_id = clients.client_id
