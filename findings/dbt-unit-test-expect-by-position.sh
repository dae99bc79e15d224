#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1 (Python 3.11)
#
# A unit test's `expect` rows are compared by position, not by the names of their keys: the first row
# decides which columns there are, and a later row that names them in another order has its values
# under the wrong names. So an expectation that is right fails, and one that is wrong passes where
# the values happen to fit. Here the model's second row has spend 2 and cost 1; a test that expects
# spend 1 and cost 2, written as {name, cost, spend}, passes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dbt-core==1.11.16 dbt-duckdb==1.11.1 'duckdb<1.6'
export DBT_PROFILES_DIR="$folder" DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1
mkdir models
cat > dbt_project.yml <<'YML'
name: lab
version: "1.0"
profile: lab
YML
cat > profiles.yml <<'YML'
lab: {target: dev, outputs: {dev: {type: duckdb, path: lab.duckdb}}}
YML
cat > models/days.sql <<'SQL'
select 'a' as name, 1 as spend, 2 as cost
union all
select 'b' as name, 2 as spend, 1 as cost
SQL
unit_test() {
  cat > models/days.yml <<YML
unit_tests:
  - name: days
    model: days
    given: []
    expect:
      rows:
        - {name: a, spend: 1, cost: 2}
        - $1
YML
  { venv/bin/dbt --no-use-colors --no-partial-parse test || true; } 2>&1 | grep -E '^[0-9:]+ +Done\.' | grep -oE 'PASS=[0-9]+|ERROR=[0-9]+' | tr '\n' ' '
}
venv/bin/dbt --no-use-colors --quiet run
right_order=$(unit_test '{name: b, spend: 2, cost: 1}')
right_swapped=$(unit_test '{name: b, cost: 1, spend: 2}')
wrong_swapped=$(unit_test '{name: b, cost: 2, spend: 1}')
echo "same order, right values:    $right_order"
echo "other order, right values:   $right_swapped"
echo "other order, wrong values:   $wrong_swapped"
[[ $right_order == "PASS=1 ERROR=0 "* ]] && [[ $right_swapped == "PASS=0 ERROR=1 "* ]] && [[ $wrong_swapped == "PASS=1 ERROR=0 "* ]]
