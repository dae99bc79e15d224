"""The report as a page: a folder of static files that opens from disk."""
