"""Writes the page: its words, its data, its charts, and the scripts that bring them together."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from signalroom.report.page import charts
from signalroom.report.page.data import Data
from signalroom.report.page.encode import script
from signalroom.report.page.theme import DARK, FONT, LIGHT, vega_config
from signalroom.report.subject import Subject
from signalroom.report.words.hand import Hand

OURS = files("signalroom.report.page")
DEFINED = (  # the marts whose columns the page shows
    *("daily_summary", "fct_affiliate_daily", "affiliate_leaderboard", "cpa_change_by_affiliate"),
    *("fct_source_daily", "state_heatmap", "fct_state_daily", "fct_order_cohorts"),
    *("budget_pace", "fct_funnel_daily", "fct_email_daily"),
)
HEIGHT = 150
VEGA_LICENCE = (
    "Vega, Vega-Lite and Vega-Embed: Copyright University of Washington Interactive Data Lab, "
    "BSD-3-Clause. D3 and topojson-client: Copyright Mike Bostock, ISC"
)
AUTOSIZE = {"type": "fit-x", "contains": "padding"}
VEGA = "window.vegaEmbed = vegaEmbed;"  # of what the bundle has, all that the page calls


def write_page(
    subject: Subject,
    folder: Path,
    *,
    docs: str,
    headline: Sequence[str],
    hands: Sequence[Hand],
    note: str = "",
) -> Path:
    """Write the folder of a page that opens from disk; its index.html.

    `headline`: sentences, the most important first. `docs`: where the docs site is, from there.
    `note` stands above all, such as that the data are made.
    """
    assets = folder / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    data = Data(subject).all(_definitions(subject), docs)
    written = {
        "data.js": script("DATA", data),
        "specs.js": script("SPECS", _specs(subject.client.currency)),
        "us-states.js": _states(),
        "vega.js": _vega(),
        "theme.css": _theme(),
        **{
            file.name: file.read_text()
            for file in (OURS / "assets").iterdir()
            if file.name.endswith((".js", ".css"))
        },
    }
    for name, text in written.items():
        (assets / name).write_text(text, encoding="utf-8")
    index = folder / "index.html"
    index.write_text(_html(subject, docs, headline, hands, note), encoding="utf-8")
    return index


def _html(
    subject: Subject, docs: str, headline: Sequence[str], hands: Sequence[Hand], note: str
) -> str:
    templates = Environment(
        loader=PackageLoader("signalroom.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    day = subject.as_of.day
    return templates.get_template("page.html.j2").render(
        client=subject.client,
        as_of=f"{day:%A, %B} {day.day}, {day.year}",
        is_complete=subject.as_of.is_complete,
        docs=docs,
        headline=headline,
        hands=hands,
        note=note,
    )


def _definitions(subject: Subject) -> dict[str, str]:
    """What each column means, by `mart.column`."""
    comments = subject.warehouse.comments("marts")
    return {
        f"{mart}.{column}": " ".join(text.split())
        for mart in DEFINED
        for column, text in comments.get(mart, {}).items()
        if column
    }


@cache  # a second client's page is made in half the time
def _specs(currency: str) -> dict[str, Any]:
    """The charts without rows, compiled for Vega, by day and by night: it draws them sooner."""
    import vl_convert

    money = "$,.0f" if currency == "USD" else ",.0f"
    drawn = {
        "money": charts.money_chart([], currency=currency).properties(height=HEIGHT),
        "margin": charts.margin_chart([], currency=currency).properties(height=HEIGHT * 0.7),
        "cpa": charts.cpa_chart([], currency=currency).properties(height=HEIGHT),
        "change": charts.change_chart([], currency=currency).properties(height={"step": 28}),
        "decline": charts.state_chart({}, [], form=".0%", title="Decline rate"),
        "aov": charts.state_chart({}, [], form=money, title="Order value"),
    }
    specs = {name: chart.properties(width="container").to_dict() for name, chart in drawn.items()}
    return {
        theme: {
            name: vl_convert.vegalite_to_vega(
                {**spec, "config": vega_config(colours), "autosize": AUTOSIZE}
            )
            for name, spec in specs.items()
        }
        for theme, colours in (("light", LIGHT), ("dark", DARK))
    }


@cache
def _vega() -> str:
    """Vega with all that it needs; within a function, as it names its own things by one letter."""
    import vl_convert

    return f"/* {VEGA_LICENCE} */\n(()=>{{{vl_convert.javascript_bundle(VEGA)}}})();\n"


def _states() -> str:
    """The states' shapes of us-atlas, with their licence."""
    licence = (OURS / "us-states.LICENSE").read_text()
    return f"/* us-atlas. {licence}*/\n{script('US_STATES', (OURS / 'us-states.json').read_text())}"


def _theme() -> str:
    """The colours as variables of CSS; paper is light."""

    def rules(colours: dict[str, str]) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in colours.items())

    return (
        f":root{{--font:{FONT};{rules(LIGHT)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{rules(DARK)}}}}}\n"
    )
