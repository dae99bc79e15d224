-- What nobody has accepted is told with each build; it holds its days back, not the build.
{{ config(severity='warn') }}
select
    client_id,
    report_date,
    kind,
    word,
    rows_found
from {{ ref('data_issues') }}
where not is_accepted
