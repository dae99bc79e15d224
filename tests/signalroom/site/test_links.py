"""Every link and anchor of the site leads somewhere, and nothing of it leads out by itself."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.signalroom.site.conftest import Site

pytestmark = pytest.mark.slow

FOREIGN = ("dbt", "lineage")  # pages of other tools
LOADING = {"script", "link", "img", "iframe", "source", "video", "audio", "object", "embed"}


class Page(HTMLParser):
    """A page's anchors, links, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("href", "src"):
            if name in values:
                (self.loads if tag in LOADING else self.links).append(values[name])


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[Path, Page]:
    """Our own pages."""
    return {
        path: Page(path)
        for path in site.pages.rglob("*.html")
        if path.relative_to(site.pages).parts[0] not in FOREIGN
    }


def test_every_link_and_anchor_resolves(site: Site, pages: dict[Path, Page]) -> None:
    broken = [
        f"{path.relative_to(site.pages)}: {link}"
        for path, page in pages.items()
        for link in (*page.links, *page.loads)
        if not resolves(site, pages, path, link)
    ]
    assert broken == []
    assert len(pages) > 60
    assert sum(len(page.links) for page in pages.values()) > 3000


def resolves(site: Site, pages: dict[Path, Page], start: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme == "https"
    target = (start.parent / unquote(parts.path)).resolve() if parts.path else start
    anchor = unquote(parts.fragment)
    if target == (site.pages / "dbt/index.html").resolve() and anchor:
        return bool(re.fullmatch(r"!/(model|test|seed|source)/.+", anchor)) and (
            anchor.split("/", 2)[2] in site.manifest["nodes"] | site.manifest["sources"]
        )
    if target == (site.pages / "lineage/index.html").resolve() and parts.query:
        return traced(site.lineage, parse_qs(parts.query))
    if target.suffix == ".html" and target in pages:
        return not anchor or anchor in pages[target].ids
    return target.is_file() and not anchor


def traced(lineage: dict[str, Any], asked: dict[str, list[str]]) -> bool:
    """Whether lineage knows the model, and the column."""
    node = lineage["nodes"].get(asked["model"][0])
    return node is not None and asked.get("column", ["client_id"])[0] in node["columns"]


def test_no_anchor_is_there_twice(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path


def test_our_pages_load_nothing_from_elsewhere(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert not [load for load in page.loads if "//" in load or load.startswith("/")], path
        assert "default-src 'none'; script-src 'self';" in path.read_text(), path


def test_what_search_finds_is_there(site: Site, pages: dict[Path, Page]) -> None:
    script = (site.pages / "search.js").read_text()
    index = json.loads(script.partition(" = ")[2].rstrip().removesuffix(";"))
    targets = [page for _, _, page, _ in index]
    assert len(targets) > 500
    start = site.pages / "index.html"
    assert [target for target in targets if not resolves(site, pages, start, target)] == []
