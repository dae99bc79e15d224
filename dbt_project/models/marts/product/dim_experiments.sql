with experiments as (
    select * from {{ ref('stg_posthog__experiments') }}
),

clients as (
    select * from {{ ref('clients') }}
)

select
    -- keys
    cast(experiments.client_id as {{ dbt.type_string() }}) as client_id,
    cast(experiments.experiment_id as {{ dbt.type_string() }}) as experiment_id,

    -- dimensions
    cast(experiments.experiment_name as {{ dbt.type_string() }}) as experiment_name,
    cast(experiments.experiment_description as {{ dbt.type_string() }}) as experiment_description,
    cast(experiments.experiment_type as {{ dbt.type_string() }}) as experiment_type,
    cast(experiments.flag_key as {{ dbt.type_string() }}) as flag_key,
    cast(experiments.conclusion as {{ dbt.type_string() }}) as conclusion,
    cast(
        case
            when experiments.removed_at is not null then 'removed'
            when experiments.is_archived then 'archived'
            when experiments.ended_at is not null then 'ended'
            when experiments.started_at is not null then 'running'
            else 'draft'
        end as {{ dbt.type_string() }}
    ) as status,
    {{ local_date('experiments.started_at', "coalesce(clients.timezone, 'UTC')") }}
        as started_date,
    {{ local_date('experiments.ended_at', "coalesce(clients.timezone, 'UTC')") }} as ended_date,
    {{ local_date('experiments.removed_at', "coalesce(clients.timezone, 'UTC')") }}
        as removed_date
from experiments
left join clients on experiments.client_id = clients.client_id
