-- What int_order_events__stored has to hold: each file as it was loaded last, classified by the
-- present config and seeds. When any of it changes, the files that it changes for are read again.
with files as (
    select * from {{ ref('stg_ops__loaded_files') }}
    where raw_table in ('orders_create', 'orders_update')
),

clients as (
    select * from {{ ref('clients') }}
),

advertisers as (
    select
        client_id,
        concat_ws('=', product_category, everflow_advertiser_id) as advertiser
    from {{ ref('client_advertisers') }}
),

advertiser_lists as (
    select
        client_id,
        {{ dbt.listagg('advertiser', "','", 'order by advertiser') }} as advertisers
    from advertisers
    group by client_id
),

words as (
    select * from {{ ref('int_words__by_client') }}
),

spellings as (
    select concat_ws('=', state_code, state_name) as spelling
    from {{ ref('us_states') }}
),

state_list as (
    select {{ dbt.listagg('spelling', "','", 'order by spelling') }} as states
    from spellings
)

select
    files.client_id,
    files.raw_table,
    files.file_name,
    coalesce(files.sort_key, files.file_name) as file_sort_key,
    files.loaded_at as file_loaded_at,
    md5(
        concat_ws(
            '|',
            coalesce(clients.currency, ''),
            coalesce(cast(clients.core_order_amount as {{ dbt.type_string() }}), ''),
            coalesce(advertiser_lists.advertisers, ''),
            coalesce(state_list.states, ''),
            coalesce(words.order_statuses, ''),
            coalesce(words.flags, ''),
            coalesce(words.countries, '')
        )
    ) as config_hash
from files
cross join state_list
left join clients on files.client_id = clients.client_id
left join advertiser_lists on files.client_id = advertiser_lists.client_id
left join words on files.client_id = words.client_id
