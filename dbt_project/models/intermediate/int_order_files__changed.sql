-- What a build has to do about files: forget the rows of those that have a newer version, or are
-- gone, and read those that are not held. A table, as it must not change while
-- int_order_events__stored works.
with present as (
    select * from {{ ref('int_order_files__versions') }}
),

held as (
    select * from {{ ref('int_order_files__held') }}
),

unread as (  -- not an anti join: Postgres knows nothing of rows so new
    select {{ file_version('present') }} from present
    except
    select {{ file_version('held') }} from held
),

outdated as (
    select {{ file_version('held') }} from held
    except
    select {{ file_version('present') }} from present
)

select
    unread.*,
    present.file_sort_key,
    true as is_to_read
from unread
inner join present
    on
        unread.client_id = present.client_id
        and unread.raw_table = present.raw_table
        and unread.file_name = present.file_name
union all
select
    outdated.*,
    null as file_sort_key,
    false as is_to_read
from outdated
