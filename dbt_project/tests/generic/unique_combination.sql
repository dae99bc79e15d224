{#
  The grain of a model: its key columns are never NULL and their combination never occurs twice. Where rows
  are `touched_by` a column, those that were not touched since they were last tested are passed over; a mart
  on Postgres has the columns as its primary key (declare_keys) and cannot hold what is looked for.
#}
{% test unique_combination(model, columns, touched_by=none) %}

    {% set marts = '"' ~ var('marts_schema', 'marts') ~ '"' %}
    {% set has_key = target.type == 'postgres' and marts in model | string %}
    {% if execute and touched_by and target.type == 'postgres' %}
        {% do run_query(prefer_indexes()) %} {#- a test has no hooks, and this connection to itself -#}
    {% endif %}
    -- depends_on: {{ ref('int_orders__touched') if touched_by }}
select
    {{ columns | join(', ') }},
    count(*) as occurrences
from {{ model }} as tested
{% if has_key %}
    where 1 = 0
{% elif touched_by and not everything_is_touched() %}
    where {{ is_touched(touched_by) }}
{% endif %}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns -%}
    or {{ column }} is null
    {% endfor %}

{% endtest %}
