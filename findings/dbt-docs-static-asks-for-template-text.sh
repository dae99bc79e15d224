#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1 (Python 3.11)
#
# The page of `dbt docs generate --static`, which is to hold all it needs, still asks for two kinds of
# files that nobody can have. Its icon is named by a template that was never filled in,
# `${require('./assets/favicons/favicon.ico')}`. And each line of the tree names its symbol in a plain
# attribute, xlink:href="{{ getIcon(…) }}", so a browser asks for a file of that name before Angular
# fills it in. Over HTTP that is three answers 404; on file:// Chromium's console has two errors for each
# line ("Unsafe attempt to load URL"), hundreds for a project of 67 models. The page works all the same.
# With ng-attr-href for xlink:href, and without the icon, nothing is asked for.
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
echo 'select 1 as spend' > models/days.sql
venv/bin/dbt --no-use-colors --quiet docs generate --static
page=target/static_index.html
icon=$(grep -oF "<link rel=\"shortcut icon\" href=\"\${require('./assets/favicons/favicon.ico')}\"/>" "$page" | sort -u)
lines=$(grep -oF '<use xlink:href="{{ getIcon(item.type,' "$page" | wc -l)
echo "the icon:                          $icon"
echo "symbols named by text of templates: $lines"
[[ -n $icon ]] && [[ $lines -gt 0 ]]
