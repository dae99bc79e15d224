"""A real browser, Debian's, for pages that open from disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium; a test that needs it is skipped where it is not installed."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no browser: {CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Opened:
    """A page from disk, and all that it asked for or complained of."""

    def __init__(self, browser: Browser, index: Path, *, query: str = "", **options: Any) -> None:
        self.context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 900}, **options}
        )
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        inside = index.parent.as_uri()
        self.page.on("request", lambda request: self._request(request.url, inside))
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))
        self.page.goto(f"{index.as_uri()}{query}")
        self.page.wait_for_selector("html[data-drawn]", state="attached", timeout=20_000)

    def _request(self, url: str, inside: str) -> None:
        if not url.startswith((inside, "data:", "blob:")):
            self.problems.append(f"asked for {url}")

    def close(self) -> None:
        self.context.close()
