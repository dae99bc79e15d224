"""The report as a page: a folder of static files that opens from disk."""

from signalroom.report.page.page import write_page

__all__ = ["write_page"]
