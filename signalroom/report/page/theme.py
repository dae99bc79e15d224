"""The colours and the type of the report: of its page, its charts and its pictures."""

from typing import Any

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

# two hues that colour-blind people tell apart, and neutrals; contrasts are tested with axe
LIGHT = {
    "page": "#f5f6f8",
    "surface": "#ffffff",
    "ink": "#17202b",
    "muted": "#55606e",
    "grid": "#e2e6eb",
    "band": "#e9ecf0",
    "blue": "#1b64ad",  # revenue, and what is good
    "orange": "#b9520b",  # cost, and what is bad
    "few": "#d3d8de",  # states with too few orders
    "low": "#dbe8f5",
    "high": "#0b3d75",
}
DARK = {
    "page": "#10151b",
    "surface": "#181f27",
    "ink": "#e8ecf1",
    "muted": "#a3aebb",
    "grid": "#2c3540",
    "band": "#29323d",
    "blue": "#6fb1ee",
    "orange": "#f2a25c",
    "few": "#39434f",
    "low": "#1f3d5c",
    "high": "#a9d3fb",
}


def vega_config(colours: dict[str, str]) -> dict[str, Any]:
    """What Vega-Lite draws with: marks take their colours from here by the names of styles."""
    ink, muted, grid = colours["ink"], colours["muted"], colours["grid"]
    return {
        "font": FONT,
        "background": None,
        "aria": False,  # the page says in words what a chart shows, and has a table of it
        "view": {"stroke": None},
        "axis": {
            "domain": False,
            "ticks": False,
            "gridColor": grid,
            "labelColor": muted,
            "labelFontSize": 12,
            "labelPadding": 6,
            "title": None,
        },
        "axisX": {"grid": False, "domain": True, "domainColor": grid, "labelOverlap": True},
        "legend": {
            "title": None,
            "orient": "top",
            "direction": "horizontal",
            "labelColor": ink,
            "labelFontSize": 12,
            "symbolStrokeWidth": 3,
            "symbolSize": 120,
            "columns": 0,
            "offset": 6,
        },
        "title": {"color": ink, "anchor": "start", "fontSize": 13, "fontWeight": 600, "offset": 8},
        "text": {"color": ink, "fontSize": 12},
        "range": {
            "category": [colours["blue"], colours["orange"]],
            "ordinal": [ink, colours["orange"]],  # lines of CPA: the effective one leads
            "ramp": [colours["low"], colours["high"]],
        },
        "style": {
            "band": {"color": colours["band"]},
            "zero": {"color": muted, "strokeWidth": 1},
            "few": {"color": colours["few"]},
            "border": {"stroke": colours["surface"], "strokeWidth": 0.75},
        },
    }
