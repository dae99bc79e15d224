"""The charts as pictures: every day is drawn where it is, and what is unknown is not."""

import re
from typing import Any

import altair as alt
import vl_convert

from signalroom.report.page.charts import (
    change_chart,
    cpa_chart,
    margin_chart,
    money_chart,
    state_chart,
    themed,
)
from signalroom.report.page.theme import LIGHT

DAYS: list[dict[str, Any]] = [
    {
        **{"day": f"2025-12-{day:02}T00:00:00", "revenue": 9000.0, "spend": 2000.0 + day},
        **{"effective_cost": 6000.0, "margin": -500.0 if day == 3 else 3000.0},
        **{"effective_cpa": None if day == 4 else 24.0, "cpa": 20.0, "complete": day != 7},
    }
    for day in range(1, 8)
]
SQUARE = {
    "type": "Topology",
    "arcs": [[[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]], [[9, 0], [9, 9], [18, 9], [18, 0], [9, 0]]],
    "objects": {
        "states": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[number]], "properties": {"name": name}}
                for number, name in enumerate(("Ohio", "Iowa"))
            ],
        }
    },
}


def drawn(spec: dict[str, Any]) -> str:
    return str(vl_convert.vegalite_to_svg(spec))


def by_day(rows: list[dict[str, Any]], currency: str = "USD") -> str:
    """The charts of days, below each other."""
    charts = (chart(rows, currency=currency) for chart in (money_chart, margin_chart, cpa_chart))
    return drawn(themed(alt.vconcat(*charts).resolve_scale(color="independent")))


def texts(svg: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", svg)


def bars(svg: str) -> list[str]:
    """The colours of the bars, in their order."""
    return re.findall(r'<path d="M[^"]+h[^"]+v[^"]+" fill="(#\w+)"/>', svg)


def test_days_have_their_names_gaps_and_bands() -> None:
    svg = by_day(DAYS)
    assert texts(svg).count("Dec 1") == texts(svg).count("Dec 7") == 3
    assert {"Revenue", "Media spend", "Effective CPA", "Media CPA"} <= set(texts(svg))
    (line,) = re.findall(rf'd="([^"]+)" stroke="{LIGHT["ink"]}"', svg)
    assert line.count("M") == 2  # the day without a CPA is a gap
    assert bars(svg).count(LIGHT["band"]) == 3  # the incomplete day, in each part
    margins = [colour for colour in bars(svg) if colour != LIGHT["band"]]
    assert margins == [LIGHT["orange"] if day == 3 else LIGHT["blue"] for day in range(1, 8)]


def test_nothing_is_drawn_as_null_or_not_a_number() -> None:
    unknown = [{**day, "effective_cpa": None, "cpa": None} for day in DAYS[:1]]
    for rows in ([], unknown):
        assert not {"null", "NaN", "$NaN"} & set(texts(by_day(rows)))


def test_money_has_the_sign_of_its_currency() -> None:
    assert "$8k" in texts(by_day(DAYS))
    other = texts(by_day(DAYS, "CAD"))
    assert "8k" in other
    assert "$8k" not in other


def test_what_made_it_dearer_is_orange() -> None:
    rows = [{"label": "G2", "part": 0.4}, {"label": "Meta", "part": -0.1}]
    svg = drawn(themed(change_chart(rows, currency="USD")))
    assert [text for text in texts(svg) if text in ("G2", "Meta")] == ["G2", "Meta"]
    assert bars(svg) == [LIGHT["orange"], LIGHT["blue"]]


def test_a_state_with_few_orders_is_grey() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "Ohio", "value": 0.2, "shown": "20 %", "orders": 90},
        {"name": "Iowa", "value": None, "shown": "50 %", "orders": 2},
    ]
    svg = drawn(themed(state_chart(SQUARE, rows, form=".0%", title="Decline rate")))
    assert svg.count(f'fill="{LIGHT["few"]}"') == 1
    assert "NaN%" not in svg
