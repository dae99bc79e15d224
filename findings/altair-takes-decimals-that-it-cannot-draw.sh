#!/usr/bin/env bash
# altair 6.3.0, duckdb 1.5.6 (Python 3.11)
#
# A sum of money comes out of DuckDB as decimal.Decimal. altair takes rows with Decimals without a word:
# to_dict() gives a spec, and the chart looks made. Only to_json(), and with it every page and picture,
# fails: "Object of type Decimal is not JSON serializable", far from the query that brought them. Charts
# of money need float(), or a cast to double in the query.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check altair==6.3.0 duckdb==1.5.6
cat > draw.py <<'PY'
import altair
import duckdb

cursor = duckdb.execute(
    "select 'a' as name, sum(cast(amount as decimal(18, 4))) as spend from (values (1.5), (2.5)) t(amount)"
)
rows = [dict(zip([column[0] for column in cursor.description], row)) for row in cursor.fetchall()]
data = altair.InlineData(values=rows)
chart = altair.Chart(data).mark_bar().encode(x="name:N", y="spend:Q")
spec = chart.to_dict()
(kept,) = spec["datasets"].values() if "datasets" in spec else [spec["data"]["values"]]
print("to_dict:", repr(kept[0]["spend"]))
try:
    chart.to_json()
except TypeError as error:
    print("to_json:", error)
PY
venv/bin/python draw.py | tee said
grep -qF "to_dict: Decimal('4.0000')" said
grep -qF "to_json: Object of type Decimal is not JSON serializable" said
