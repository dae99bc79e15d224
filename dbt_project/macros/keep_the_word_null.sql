{# After a seed: the texts that stand as \null in its file, so that dbt does not take them for nothing. #}
{% macro keep_the_word_null(seed) -%}
    {%- set texts = [] -%}
    {%- for column in adapter.get_columns_in_relation(seed) if column.is_string() -%}
        {%- do texts.append(adapter.quote(column.name)) -%}
    {%- endfor -%}
    {%- if texts -%}
        update {{ seed }} set
        {%- for text in texts %}
            {{ text }} = case
                when {{ is_the_word_null(text) }} then substr({{ text }}, 2) else {{ text }}
            end{{ "," if not loop.last }}
        {%- endfor %}
        where {% for text in texts -%}
            {{ is_the_word_null(text) }}{{ " or " if not loop.last }}
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{% macro is_the_word_null(text) -%}
    (
        substr({{ text }}, 1, 1) = chr(92)
        and lower(trim(replace({{ text }}, chr(92), ''))) = 'null'
    )
{%- endmacro %}
