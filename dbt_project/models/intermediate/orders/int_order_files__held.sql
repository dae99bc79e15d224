-- The files whose rows int_order_events__stored has, which writes them here in the transaction in
-- which it takes or forgets their rows: to look for them in the rows themselves would cost a scan
-- of all.
select {{ file_version('versions') }}
from {{ ref('int_order_files__versions') }} as versions
where 1 = 0
