"""The guides: README and docs/*.md as pages, with the files of the project that they name."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from signalroom.site.markdown import Rendered, render

PICTURES = {".svg", ".png"}
MORE, DECISIONS = "More", "Decisions"
# The order of the menu; a page that is not named here comes under More.
GROUPS = {
    "Start": {
        "docs/start.md": "Five minutes with the demo",
        "README.md": "Overview",
        "README.md#real-accounts": "Real accounts",
        "docs/report.md": "",
        "docs/exports.md": "",
        "docs/coming-from-the-earlier-scripts.md": "",
    },
    "Extend": {
        "docs/DATA_ORGANIZATION.md#add-a-client": "Adding a client",
        "docs/DATA_ORGANIZATION.md": "",
        "docs/adding-a-source.md": "",
        "docs/adding-a-mart.md": "",
        "docs/music.md": "",
        "docs/bi-tools.md": "",
        "docs/api.md": "",
    },
    "Run": {
        "docs/production.md": "",
        "docs/schedules.md": "",
        "docs/runbook.md": "",
        "docs/notifications.md": "",
        "docs/anomalies.md": "",
        "docs/telemetry.md": "",
        "docs/security.md": "",
    },
    "Reference": {
        "docs/glossary.md": "",
        "docs/demo.md": "",
        "docs/testing.md": "",
        "docs/benchmarks.md": "",
    },
}


@dataclass(frozen=True)
class Guide:
    """A page of the site, and the document that it comes from."""

    source: str
    page: str
    title: str
    content: Rendered


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    label: str
    page: str
    anchor: str = ""


class Guides:
    """All documents of the project as pages; `files` and `pictures` are what they lead to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages = {source: page_of(source) for source in documents(root)}
        self.files: set[str] = set()
        self.pictures: set[str] = set()
        self.guides = [self._read(source) for source in self.pages]

    def menu(self) -> dict[str, list[Entry]]:
        """The groups of the menu with their entries; a document that is not there is left out."""
        titles = {guide.source: guide.title for guide in self.guides}
        menu: dict[str, list[Entry]] = {}
        for group, entries in GROUPS.items():
            for target, label in entries.items():
                source, _, anchor = target.partition("#")
                if source in titles:
                    entry = Entry(label or titles[source], self.pages[source], anchor)
                    menu.setdefault(group, []).append(entry)
        named = {target.partition("#")[0] for entries in GROUPS.values() for target in entries}
        for source in self.pages.keys() - named:
            group = DECISIONS if source.startswith("docs/decisions/") else MORE
            menu.setdefault(group, []).append(Entry(titles[source], self.pages[source]))
        for group in (MORE, DECISIONS):
            menu.get(group, []).sort(key=lambda entry: entry.page)
        return {group: menu[group] for group in (*GROUPS, MORE, DECISIONS) if group in menu}

    def _read(self, source: str) -> Guide:
        text = (self.root / source).read_text(encoding="utf-8")
        content = render(text, lambda target: self._resolve(source, target))
        titles = [section.title for section in content.sections if section.level == 1]
        return Guide(source, self.pages[source], next(iter(titles), source), content)

    def _resolve(self, source: str, target: str) -> str | None:
        """A link of a document as its page has it; of a folder there is no page."""
        if re.match(r"[a-z]+:|#", target):
            return target
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if not (self.root / path).exists():
            raise click.ClickException(f"{source} links to {target}, which is not there")
        if (self.root / path).is_dir():
            return None
        if path in self.pages:
            page = self.pages[path]
        elif Path(path).suffix in PICTURES:
            self.pictures.add(path)
            page = f"pictures/{posixpath.basename(path)}"
        else:
            self.files.add(path)
            page = page_of_file(path)
        return relative(page, self.pages[source]) + (f"#{anchor}" if anchor else "")


def documents(root: Path) -> Iterator[str]:
    """README and what is under docs/."""
    if (root / "README.md").exists():
        yield "README.md"
    for path in sorted((root / "docs").rglob("*.md")):
        yield path.relative_to(root).as_posix()


def page_of(source: str) -> str:
    """The page of a document: docs/decisions/0001-x.md is guides/decisions/0001-x.html."""
    return f"guides/{source.removeprefix('docs/').removesuffix('.md').lower()}.html"


def page_of_file(path: str) -> str:
    """The page that shows a file of the project."""
    return f"files/{path.lstrip('.')}.html"


def relative(page: str, start: str) -> str:
    """The way from one page to another."""
    return posixpath.relpath(page, posixpath.dirname(start) or ".")
