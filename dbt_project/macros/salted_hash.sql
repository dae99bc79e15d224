{# A text that tells people apart without naming them: SHA-256 with the warehouse's own salt. #}
{% macro salted_hash(text, salt) -%}
    {{ return(adapter.dispatch('salted_hash')(text, salt)) }}
{%- endmacro %}

{% macro duckdb__salted_hash(text, salt) -%}
    sha256({{ salt }} || '|' || {{ text }})
{%- endmacro %}

{% macro postgres__salted_hash(text, salt) -%}
    encode(sha256(convert_to({{ salt }} || '|' || {{ text }}, 'UTF8')), 'hex')
{%- endmacro %}

{% macro spark__salted_hash(text, salt) -%}
    sha2({{ salt }} || '|' || {{ text }}, 256)
{%- endmacro %}
