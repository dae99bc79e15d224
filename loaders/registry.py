"""The sources, one explicit list: a new source is a module in `sources/` and a line here."""

from loaders.source import Source
from loaders.sources import everflow, google_sheets, mautic, posthog, redtrack, s3_exports

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        everflow.SOURCE,
        redtrack.SOURCE,
        s3_exports.SOURCE,
        posthog.SOURCE,
        mautic.SOURCE,
        google_sheets.SOURCE,
    )
}


def complete_tables() -> list[tuple[str, str]]:
    """The tables of daily rows and records that decide which days are complete, by source."""
    return [
        (source.name, landing.table)
        for source in SOURCES.values()
        for landing in source.landings()
        if landing.makes_days_complete
    ]
