{#
  Who somebody is, without naming them: within a client, the salted hash of an e-mail, which is one
  person in every case. `otherwise` tells people apart who gave none; without it they have no hash.
  Orders and contacts both take it from here, else they would never meet.
#}
{% macro customer_hash(client_id, email, salt, otherwise='null') -%}
    {%- set customer = "coalesce('email:' || nullif(" ~ clean_id(email) ~ ", ''), " ~ otherwise ~ ")" -%}
    {{ salted_hash(client_id ~ " || '|' || " ~ customer, salt) }}
{%- endmacro %}
