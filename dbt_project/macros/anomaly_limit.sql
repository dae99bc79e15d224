{#
  What the rules of fct_anomalies go by; docs/anomalies.md says why.

  certain: where so many are expected, none is no chance (once in three thousand days)
  day_*: a day is odd that is so far from the usual, in what it usually varies by and in parts of it
  days_*: so are lasting_days days that are so far together, on the last of them too
  recent_days: their middle is the usual level, so a new level is the usual one after half of them
  weeks: so many same weekdays
  varying_weeks: from which variation is known
  fewest_*: with less behind it, no day is judged
  days_late: a day that was not read by that day after it is late
  missed_days: so long it is missed; loads read as many days again
  column_days: a column is usual that had values on each of so many days
  quiet_days: what comes back within so many days is the same anomaly
#}
{% macro anomaly_limit(name) -%}
    {{- {
        'certain': 8,
        'day_deviations': 4, 'day_below': 0.6, 'day_above': 1.6,
        'days_deviations': 3.2, 'days_below': 0.65, 'days_above': 1.5,
        'lasting_days': 3,
        'recent_days': 13,
        'weeks': 5,
        'varying_weeks': 8,
        'fewest_recent_days': 7, 'fewest_weekdays': 3,
        'days_late': 2,
        'missed_days': 35,
        'column_days': 14,
        'quiet_days': 3,
    }[name] -}}
{%- endmacro %}
