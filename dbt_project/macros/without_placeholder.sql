{#
  A text of a source, NULL where it is one of the words that stand for nothing there: a sender that has
  no id sends its programming language's word for that, and its visitors would all be one person.
#}
{% macro without_placeholder(source, text) -%}
    {%- set nothing = ['', 'undefined', 'null', 'none', 'nil', 'nan', 'n/a', '\\n', '(null)', '[object object]'] -%}
    {%- set also = {
        'posthog': [
            '00000000-0000-0000-0000-000000000000', 'anonymous', 'guest', 'distinctid', 'distinct_id',
            'id', 'not_authenticated', 'email', 'true', 'false', '0', '-1',
        ],
        's3_exports': ['not available', '-', '--', '#n/a', '(blank)', '<na>', '[null]', 'nat'],
        'mautic': ['noreply', 'unknown', 'not available', '-'],
    } -%}
    case
        when {{ clean_id(text) }} in ('{{ (nothing + also[source]) | join("', '") }}') then null
        else {{ text }}
    end
{%- endmacro %}
