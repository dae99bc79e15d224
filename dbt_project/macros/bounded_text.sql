{#
  A text from outside as it may be a key, a part of an index or a group: at most 500 characters and
  1,200 bytes, of which two fit a page of Postgres' indexes. What is longer ends with … and 12 digits
  of its hash, so that two long texts stay two.
#}
{% macro bounded_text(text) -%}
    case
        when bit_length({{ text }}) <= 4000 then {{ text }}
        when length({{ text }}) <= 500 and bit_length({{ text }}) <= 9600 then {{ text }}
        else
            case
                when bit_length(substring({{ text }}, 1, 487)) <= 9480 then substring({{ text }}, 1, 487)
                else substring({{ text }}, 1, 287)
            end || '…' || substring(md5({{ text }}), 1, 12)
    end
{%- endmacro %}
