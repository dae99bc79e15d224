#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1 (Python 3.11)
#
# A macro that an on-run-start hook calls may drop a relation with adapter.drop_relation(). The hook is
# reported as OK, and dbt's cache has forgotten the relation, but the drop is never committed: the table
# is still there. Here the hook drops the seed's table, because its column has another type in the
# warehouse; the seed that follows believes that there is none, and fails with "already exists". With
# adapter.commit() after the drop the same run passes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dbt-core==1.11.16 dbt-duckdb==1.11.1 'duckdb<1.6'
export DBT_PROFILES_DIR="$folder" DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1
mkdir macros seeds
cat > profiles.yml <<'YML'
lab: {target: dev, outputs: {dev: {type: duckdb, path: lab.duckdb}}}
YML
printf 'id\n1\n' > seeds/days.csv
project() {
  cat > dbt_project.yml <<YML
name: lab
version: "1.0"
profile: lab
on-run-start: "{{ drop_days() }}"
seeds: {lab: {+column_types: {id: bigint}}}
YML
  cat > macros/drop_days.sql <<SQL
{% macro drop_days() %}
  {% if execute %}
    {% set days = adapter.get_relation(target.database, 'main', 'days') %}
    {% if days and (adapter.get_columns_in_relation(days) | list)[0].dtype | lower != 'bigint' %}
      {% do adapter.drop_relation(days) %}
      $1
    {% endif %}
  {% endif %}
{% endmacro %}
SQL
}
run() {
  venv/bin/python -c "import duckdb; duckdb.connect('lab.duckdb').execute('create or replace table main.days (id varchar)')"
  project "$1"
  { venv/bin/dbt --no-use-colors --no-partial-parse seed || true; } 2>&1 | tee run.log | grep -oE 'OK hook|already exists|PASS=[0-9]+|ERROR=[0-9]+' | sort -u | tr '\n' ' '
}
without=$(run '')
committed=$(run '{% do adapter.commit() %}')
echo "dropped:               $without"
echo "dropped and committed: $committed"
[[ $without == *"ERROR=1"* && $without == *"OK hook"* && $without == *"already exists"* ]]
[[ $committed == *"ERROR=0"* && $committed == *"OK hook"* && $committed != *"already exists"* ]]
