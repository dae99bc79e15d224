#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1 (Python 3.11)
#
# `--partial-parse-file-path` lets a command with a target folder of its own reuse what another has
# parsed. It does so only where both commands name the target alike: with `--target dev` in the one, and
# left to the profile's default, which is dev, in the other, everything is parsed again. dbt's log says
# "config vars, config profile, or config target have changed", though both are one target of one profile.
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
parse() { venv/bin/dbt --no-use-colors --debug "$@" | grep -iE "partial pars|full parse" | sed 's/^[0-9:. ]*//' || true; }
venv/bin/dbt --no-use-colors --quiet parse --target dev
cp target/partial_parse.msgpack kept.msgpack
again() { cp kept.msgpack state.msgpack && parse parse --target-path other --partial-parse-file-path state.msgpack "$@"; }
named=$(again --target dev)
left_out=$(again)
printf 'with --target dev:\n%s\n\nwithout:\n%s\n' "$named" "$left_out"
grep -qiF "no changes found" <<<"$named"
grep -qiF "Unable to do partial parsing" <<<"$left_out"
