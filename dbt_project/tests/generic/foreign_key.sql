{# dbt's `relationships` for keys of several columns: here every id is an id within its client. #}
{% test foreign_key(model, columns, to) %}

select distinct {{ columns | join(', ') }}
from {{ model }} as child
where not exists (
    select 1
    from {{ to }} as parent
    where
        {% for column in columns -%}
        parent.{{ column }} = child.{{ column }}{{ ' and' if not loop.last }}
        {% endfor %}
)

{% endtest %}
