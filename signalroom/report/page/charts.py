"""The charts, each once: the page swaps its rows in the browser, the pictures draw it as it is.

Every function takes plain rows and gives a Vega-Lite chart without colours: those come from
`vega_config` (`themed`), where a mark finds them by its style. A day is `2025-12-18T00:00:00`, as
without a time it is taken for UTC and drawn a day early in New York.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from signalroom.report.page.theme import LIGHT, vega_config

Row = Mapping[str, Any]
Layers = Any  # altair.LayerChart, which its own functions promise by halves
DAYS_WITH_DOTS = 45  # more of them are a smear
Y_AXIS = 52  # pixels for its labels: days stand below each other
LABEL = "datum.value == 0 ? '0' : datum.label"  # not $0k, not +$0.00


def themed(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """A chart as a spec with the light colours and a background, for a picture."""
    config = vega_config(LIGHT) | {"background": LIGHT["surface"]}
    return {**chart.to_dict(), "config": config, "padding": 16}


def money_chart(rows: Sequence[Row], *, currency: str) -> Layers:
    """Revenue and media spend by day.

    Rows, here and below: day, revenue, spend, margin, effective_cpa, cpa (numbers, None where
    unknown), complete.
    """
    series = {"revenue": "Revenue", "spend": "Media spend"}
    return _lines(rows, series, currency, decimals=0, colours="category")


def cpa_chart(rows: Sequence[Row], *, currency: str) -> Layers:
    """Effective and media CPA by day; a day without one is a gap."""
    series = {"effective_cpa": "Effective CPA", "cpa": "Media CPA"}
    return _lines(rows, series, currency, decimals=2, colours="ordinal")


def margin_chart(rows: Sequence[Row], *, currency: str) -> Layers:
    """Margin by day, above and below zero."""
    base = _days(rows)
    bars = (
        _two_sided(base, "datum.margin < 0")
        .mark_bar(width={"band": 0.8})
        .encode(x=_x(), y=_money("margin", currency, decimals=0))
    )
    zero = _zero().encode(y=alt.datum(0))
    return alt.layer(_incomplete(base), bars, zero, _hover(base, {"margin": "Margin"}, currency))


def change_chart(rows: Sequence[Row], *, currency: str) -> Layers:
    """What each affiliate did to the CPA, in money; costlier is to the right.

    Rows: label, part, in the order in which they are shown.
    """
    base = alt.Chart(alt.InlineData(values=list(rows), name="change"))
    form = f"+{_symbol(currency)},.2f"
    axis = alt.Axis(format=form, tickCount=4, grid=True, labelExpr=LABEL)
    bars = (
        _two_sided(base, "datum.part > 0")
        .mark_bar(height={"band": 0.7})
        .encode(
            x=alt.X("part:Q", axis=axis),
            y=alt.Y("label:N", sort=None, axis=alt.Axis(labelLimit=150, grid=False)),
            tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("part:Q", format=form)],
        )
    )
    zero = _zero().encode(x=alt.datum(0))
    return alt.layer(bars, zero)


def state_chart(states: Mapping[str, Any], rows: Sequence[Row], *, form: str, title: str) -> Layers:
    """A rate by state; states with too few orders are grey.

    `states` is the topology of us-atlas. Rows: name (as there), value (None where there
    are too few), shown (the value in words), orders.
    """
    form_of_atlas = alt.TopoDataFormat(type="topojson", feature="states")
    shapes = alt.InlineData(values=states, name="atlas", format=form_of_atlas)
    looked_up = alt.LookupData(
        data=alt.InlineData(values=list(rows), name="states"),
        key="name",
        fields=["name", "value", "shown", "orders"],
    )
    tooltip = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title=title),
        alt.Tooltip("orders:Q", title="Orders", format=","),
    ]
    base = alt.Chart(shapes).transform_lookup(lookup="properties.name", from_=looked_up)
    few = base.transform_filter("!isValid(datum.value)").mark_geoshape(style=["few", "border"])
    many = (
        base.transform_filter("isValid(datum.value)")
        .mark_geoshape(style="border")
        .encode(
            color=alt.Color(
                "value:Q",
                scale=alt.Scale(range="ramp", zero=False),
                legend=alt.Legend(
                    format=form, title=None, gradientLength=180, gradientThickness=10, tickCount=3
                ),
            )
        )
    )
    return alt.layer(few.encode(tooltip=tooltip), many.encode(tooltip=tooltip)).project(
        type="identity"  # the atlas is projected already, with Alaska and Hawaii set in
    )


def _two_sided(base: Any, is_bad: str) -> Any:
    """Blue, or orange where it is bad."""
    scale = alt.Scale(domain=["good", "bad"], range="category")
    coloured = base.transform_calculate(side=f"{is_bad} ? 'bad' : 'good'")
    return coloured.encode(color=alt.Color("side:N", scale=scale, legend=None))


def _zero() -> Any:
    return alt.Chart(alt.InlineData(values=[{}])).mark_rule(style="zero")


def _days(rows: Sequence[Row]) -> Any:
    return alt.Chart(alt.InlineData(values=list(rows), name="days"))


def _x() -> alt.X:
    shown = "timeFormat(toDate(datum.value), '%b %-d')"
    axis = alt.Axis(labelExpr=shown, labelAngle=0, labelOverlap="greedy", labelSeparation=16)
    return alt.X("day:O", axis=axis, scale=alt.Scale(paddingOuter=0))


def _money(field: str, currency: str, *, decimals: int) -> alt.Y:
    # SI letters keep the labels within their width, where it is not about cents
    form = f"{_symbol(currency)},.2f" if decimals else f"{_symbol(currency)}~s"
    axis = alt.Axis(format=form, tickCount=4, labelExpr=LABEL, minExtent=Y_AXIS, maxExtent=Y_AXIS)
    return alt.Y(f"{field}:Q", axis=axis)


def _symbol(currency: str) -> str:
    return "$" if currency == "USD" else ""  # of others the heading says the currency


def _lines(
    rows: Sequence[Row], series: Mapping[str, str], currency: str, *, decimals: int, colours: str
) -> Layers:
    """A line for each column of `series`, by its label."""
    base = _days(rows)
    names = list(series)
    label = " : ".join(f"datum.column == '{name}' ? '{series[name]}'" for name in names[:-1])
    # the first is drawn last: where two are equal, it is seen
    folded = base.transform_fold([*reversed(names)], as_=["column", "value"]).transform_calculate(
        series=f"{label} : '{series[names[-1]]}'"
    )
    scale = alt.Scale(domain=list(series.values()), range=colours)
    encoded = {
        "x": _x(),
        "y": _money("value", currency, decimals=decimals),
        "color": alt.Color("series:N", scale=scale),
    }
    lines = folded.mark_line(strokeWidth=2, strokeCap="round").encode(**encoded)
    dots = (
        folded.transform_joinaggregate(days="distinct(day)")
        .transform_filter(f"datum.days <= {DAYS_WITH_DOTS} && isValid(datum.value)")
        .mark_point(filled=True, opacity=1, size=22)
        .encode(**encoded)
    )
    return alt.layer(_incomplete(base), lines, dots, _hover(base, series, currency))


def _incomplete(base: Any) -> Any:
    """A grey band behind each day that is not complete."""
    return (
        base.transform_filter("!datum.complete")
        .mark_bar(style="band", width={"band": 1})
        .encode(x=_x(), y=alt.value(0), y2=alt.value("height"))
    )


def _hover(base: Any, series: Mapping[str, str], currency: str) -> Any:
    """The whole day answers the pointer, not only its marks."""
    form = f"{_symbol(currency)},.2f"
    told = {
        f"told_{name}": f"isValid(datum.{name}) ? format(datum.{name}, '{form}') : '–'"
        for name in series
    }
    return (
        base.transform_calculate(
            **told, told_complete="datum.complete ? 'complete' : 'not complete'"
        )
        .mark_bar(opacity=0, width={"band": 1})
        .encode(
            x=_x(),
            y=alt.value(0),
            y2=alt.value("height"),
            tooltip=[
                alt.Tooltip("day:T", title="Day", format="%a %b %-d, %Y"),
                *(alt.Tooltip(f"told_{name}:N", title=series[name]) for name in series),
                alt.Tooltip("told_complete:N", title="Data"),
            ],
        )
    )
