-- What words mean to each client, a list in one text for meaning_of: its own words come first, then
-- those of everybody.
{% set lists = {'order_status': 'order_statuses', 'flag': 'flags', 'country': 'countries'} %}
with words as (
    select
        client_id,
        list,
        '<' || word || '=' || meaning || '>' as entry
    from {{ ref('words') }}
),

clients as (
    select client_id from {{ ref('clients') }}
),

listed as (
    select
        client_id,
        list,
        {{ dbt.listagg('entry', "''", 'order by entry') }} as entries
    from words
    group by client_id, list
),

shared as (
    select
    {% for list, name in lists.items() %}
            coalesce(max(case when list = '{{ list }}' then entries end), '')
                as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from listed
    where client_id = '*'
),

own as (
    select
        client_id,
    {% for list, name in lists.items() %}
        coalesce(max(case when list = '{{ list }}' then entries end), '')
            as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from listed
    where client_id <> '*'
    group by client_id
)

select
    clients.client_id,
{% for name in lists.values() %}
    coalesce(own.{{ name }}, '') || shared.{{ name }} as {{ name }}{{ ',' if not loop.last }}
{% endfor %}
from clients
cross join shared
left join own on clients.client_id = own.client_id
