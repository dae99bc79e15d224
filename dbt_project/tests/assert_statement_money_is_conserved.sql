-- Every line of money of every statement is in the mart once, and adds up to the last decimal.
with differences as (
    select
        client_id,
        file_name,
        currency,
        amount,
        1 as lines_found
    from {{ ref('fct_financial_transactions') }}
    union all
    select
        _client_id as client_id,
        _file_name as file_name,
        currency,
        -cast(amount as decimal(38, 18)) as amount,
        -1 as lines_found
    from {{ source('music', 'lines') }}
    where line_kind not in ('total', 'audience')
)

select
    client_id,
    file_name,
    currency,
    sum(amount) as amount_too_much,
    sum(lines_found) as lines_too_many
from differences
group by client_id, file_name, currency
having
    sum(amount) <> 0
    or sum(lines_found) <> 0
