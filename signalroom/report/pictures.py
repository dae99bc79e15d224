"""A picture an advertiser, for messages: the day's figures over the days' lines, phone-sized."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any

import altair as alt
import vl_convert
from PIL import Image

from signalroom.report.as_of import LOADED
from signalroom.report.day import AdvertiserDay
from signalroom.report.figures import select
from signalroom.report.page.charts import Y_AXIS, cpa_chart, money_chart, themed
from signalroom.report.subject import Subject
from signalroom.report.tiles import Tile, tiles
from signalroom.report.words.spelling import named, named_day

WIDTH = 400  # of the charts; with their labels as wide as a phone shows without shrinking much
COLUMNS, ROW = 3, 68  # of figures; pixels
LABEL = 26  # letters of the advertiser's, beside the day
LINE = 72  # letters of the note, as wide as the charts
SCALE = 2.0
COLOURS = 256  # a third of the bytes of all colours, and no difference to the eye
DAYS = (
    *("report_date", "revenue", "spend", "effective_cost", "margin", "effective_cpa", "cpa"),
    "is_complete",
)


def picture(subject: Subject, advertiser: AdvertiserDay, *, note: str = "") -> tuple[bytes, str]:
    """The picture as PNG and as SVG; `note` stands below it."""
    spec = _spec(subject, advertiser, note)
    png = vl_convert.vegalite_to_png(spec, scale=SCALE)
    return _smaller(png), vl_convert.vegalite_to_svg(spec)


def days(subject: Subject, advertiser: AdvertiserDay) -> list[dict[str, Any]]:
    """The advertiser's days as the charts take them."""
    rows = select(
        subject.warehouse,
        DAYS,
        "marts.daily_summary where client_id = %s and advertiser_id = %s "
        f"and report_date between %s and %s and {LOADED} order by report_date",
        (subject.client_id, advertiser.advertiser_id, *subject.window),
    )
    return [dict(_plain(row)) for row in rows]


def _plain(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Decimals as floats, which Altair takes alone."""
    for name, value in row.items():
        if name == "report_date":
            yield "day", f"{value}T00:00:00"
        elif name == "is_complete":
            yield "complete", value
        else:
            yield name, None if value is None else float(value)


def _spec(subject: Subject, advertiser: AdvertiserDay, note: str) -> dict[str, Any]:
    currency = subject.client.currency
    rows = days(subject, advertiser)
    day = named_day(subject.as_of.day)
    state = "" if subject.as_of.is_complete else ", not complete"
    heading = alt.Title(
        f"{named(advertiser.label, longest=LABEL)}, {day}, {subject.as_of.day.year}{state}",
        subtitle=f"{subject.client.name}, {currency}",
        fontSize=20,
        subtitleFontSize=13,
        offset=14,
    )
    figures = _figures(tiles(advertiser, currency)).properties(title=heading)
    charts = (
        chart.properties(width=WIDTH, height=110, title=title)
        for chart, title in (
            (money_chart(rows, currency=currency), "Revenue and media spend"),
            (cpa_chart(rows, currency=currency), "Cost per conversion"),
        )
    )
    parts = [figures, *charts]
    if note:
        parts.append(_line(note))
    return themed(alt.vconcat(*parts, spacing=18).resolve_scale(color="independent"))


def _figures(shown: Sequence[Tile]) -> alt.TopLevelMixin:
    """Names, values and notes in a grid, as marks of text."""
    rows = [
        {
            "x": place % COLUMNS * (WIDTH + Y_AXIS) // COLUMNS - Y_AXIS,
            "y": place // COLUMNS * ROW,
            "name": tile.name,
            "value": tile.value,
            "note": tile.note,
        }
        for place, tile in enumerate(shown)
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("x:Q", scale=None, axis=None), y=alt.Y("y:Q", scale=None, axis=None)
    )
    texts = (("name", 8, 13), ("value", 28, 21), ("note", 46, 12))
    layers = [
        base.mark_text(
            align="left", dy=dy, fontSize=size, fontWeight=600 if field == "value" else 400
        ).encode(text=f"{field}:N")
        for field, dy, size in texts
    ]
    height = (len(rows) + COLUMNS - 1) // COLUMNS * ROW
    return alt.layer(*layers).properties(width=WIDTH, height=height)


def _line(text: str) -> alt.Chart:
    lines = wrap(text, LINE)
    data = alt.InlineData(values=[{"text": "\n".join(lines)}])
    line: alt.Chart = alt.Chart(data, width=WIDTH, height=14 * len(lines)).mark_text(
        align="left", baseline="top", fontSize=12, lineBreak="\n"
    )
    return line.encode(text="text:N", x=alt.value(-Y_AXIS), y=alt.value(0))


def _smaller(png: bytes) -> bytes:
    """The same picture in few colours."""
    smaller = BytesIO()
    with Image.open(BytesIO(png)) as drawn:
        flat = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        flat.save(smaller, "PNG", optimize=True)
    return smaller.getvalue()
