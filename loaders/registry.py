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
