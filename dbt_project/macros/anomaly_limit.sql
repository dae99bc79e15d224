{#
  What the rules of fct_anomalies go by; docs/anomalies.md says why.

  certain: where so many are expected, none is no chance (once in three thousand days)
  one_day_*: a day is odd that is so far from the usual, in what it usually varies by and in parts of it
  each_day_*: so is one at the end of lasting_days days of which each is so far
  recent_days: their middle is the usual level, so a new level is the usual one after half of them
  weeks: so many same weekdays, and the days from which variation is known
  fewest_*: with less behind it, no day is judged
  days_late: a day that was not read by that day after it is late
  column_days: a column is usual that had values on each of so many days
  quiet_days: what comes back within so many days is the same anomaly
#}
{% macro anomaly_limit(name) -%}
    {{- {
        'certain': 8,
        'one_day_deviations': 3.8, 'one_day_below': 0.6, 'one_day_above': 1.6,
        'each_day_deviations': 1.5, 'each_day_below': 0.7, 'each_day_above': 1.4,
        'lasting_days': 3,
        'recent_days': 13,
        'weeks': 5,
        'fewest_recent_days': 7, 'fewest_weekdays': 3,
        'days_late': 2,
        'column_days': 14,
        'quiet_days': 3,
    }[name] -}}
{%- endmacro %}
