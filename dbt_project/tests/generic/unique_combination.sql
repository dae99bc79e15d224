{#
  The grain of a model: its key columns are never NULL and their combination never occurs twice. Where rows
  are `touched_by` a column, those that were not touched since they were last tested are passed over.
#}
{% test unique_combination(model, columns, touched_by=none) %}

-- depends_on: {{ ref('int_orders__touched') if touched_by }}
select
    {{ columns | join(', ') }},
    count(*) as occurrences
from {{ model }} as tested
{% if touched_by and not everything_is_touched() %}
    where {{ is_touched('tested', touched_by) }}
{% endif %}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns -%}
    or {{ column }} is null
    {% endfor %}

{% endtest %}
