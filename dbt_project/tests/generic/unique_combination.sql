{# The grain of a model: its key columns are never NULL and their combination never occurs twice. #}
{% test unique_combination(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as occurrences
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns -%}
    or {{ column }} is null
    {% endfor %}

{% endtest %}
