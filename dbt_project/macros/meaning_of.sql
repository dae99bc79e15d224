{#
  What a word means by a list of words, written as <NEW=approved><DECLINED=declined>: of two entries of
  one word the first counts, so a client's own come first. NULL for a word that is not in it.
  A text and no join: Postgres would try each of a thousand words for each row that it did not expect.
#}
{% macro meaning_of(word, words) -%}
    nullif(split_part(split_part({{ words }}, '<' || {{ word }} || '=', 2), '>', 1), '')
{%- endmacro %}
