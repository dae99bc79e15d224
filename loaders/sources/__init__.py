"""One module a source: its table as data, and how to page its API."""
