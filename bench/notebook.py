"""The same charts and tables by plotly, as a notebook writes them: `python -m bench.notebook`.

It runs with what is installed in .venv/bench. Arguments: the DuckDB file's rows as JSON, and the
page to write. It marks the moment when the last chart is drawn, as our page does.
"""

import json
import sys
from pathlib import Path
from typing import Any

DRAWN = """
<script>
const charts = document.querySelectorAll(".plotly-graph-div");
let waiting = charts.length;
for (const chart of charts) {
  const done = () => {
    if (--waiting === 0) document.documentElement.dataset.drawn = performance.now().toFixed(0);
  };
  const isDrawn = chart.querySelector("svg.main-svg, .table");
  if (isDrawn) done(); else chart.once("plotly_afterplot", done);
}
</script>
"""


def figures(data: dict[str, Any]) -> list[Any]:
    """Days, margin, CPA, what moved it, states, affiliates and sources."""
    from plotly import graph_objects as go

    days = data["days"]

    def line(column: str) -> Any:
        return go.Scatter(x=days["day"], y=days[column], name=column, mode="lines+markers")

    def table(name: str) -> Any:
        cells = list(data[name].values())
        return go.Table(header={"values": list(data[name])}, cells={"values": cells})

    change, states = data["change"], data["states"]
    parts = [
        [line("revenue"), line("spend")],
        [go.Bar(x=days["day"], y=days["margin"], name="margin")],
        [line("effective_cpa"), line("cpa")],
        [go.Bar(x=change["part"], y=change["label"], orientation="h")],
        [go.Choropleth(locations=states["code"], z=states["rate"], locationmode="USA-states")],
        [table("affiliates")],
        [table("sources")],
    ]
    return [go.Figure(part) for part in parts]


def main(rows: Path, page: Path) -> None:
    """Write the page, with plotly's script in it, as it opens without a network."""
    drawn = figures(json.loads(rows.read_text()))
    drawn[4].update_layout(geo_scope="usa")
    parts = [
        figure.to_html(full_html=False, include_plotlyjs=number == 0)
        for number, figure in enumerate(drawn)
    ]
    page.write_text(f"<!doctype html><meta charset='utf-8'><body>{''.join(parts)}{DRAWN}</body>")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
