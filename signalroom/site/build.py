"""The site put together, beside the old one until it is whole."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from loaders import clock
from signalroom.config.settings import Settings
from signalroom.site import generated, search
from signalroom.site.dictionary import by_subject, read_marts
from signalroom.site.guides import Guides, page_of_file, relative
from signalroom.site.markdown import render_description

HERE = Path(__file__).parent
LINEAGE = "lineage/index.html?model={model}&parents=2&children=2"


def build_site(settings: Settings, target: str) -> Path:
    """Make site/ of the project and its warehouse; reports that stand in it stay."""
    folder = generated.generate(settings, target)
    origin = settings.duckdb_path().name if target == "dev" else "Postgres"
    return assemble(settings.root, folder, origin=origin)


def assemble(root: Path, folder: Path, *, origin: str) -> Path:
    """Make site/ of what dbt and colibri left in a folder."""
    site, fresh = root / "site", folder / "site"
    shutil.rmtree(fresh, ignore_errors=True)
    pages = Pages(root, folder, origin)
    for page, text in pages.all():
        (fresh / page).parent.mkdir(parents=True, exist_ok=True)
        (fresh / page).write_text(text, encoding="utf-8")
    for path in sorted(pages.guides.pictures):
        (fresh / "pictures").mkdir(exist_ok=True)
        shutil.copy(root / path, fresh / "pictures")
    for static in (HERE / "static").iterdir():
        shutil.copy(static, fresh)
    if (site / "report").is_dir():
        shutil.move(site / "report", fresh / "report")
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(fresh, site)
    return site / "index.html"


class Pages:
    """Every page of the site by its path."""

    def __init__(self, root: Path, folder: Path, origin: str) -> None:
        self.root, self.folder, self.origin = root, folder, origin
        self.marts = read_marts(generated.read_manifest(folder))
        self.guides = Guides(root)
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals |= {
            "menu": self.guides.menu(),
            "markdown": render_description,
            "lineage": lambda model: LINEAGE.format(model=model),
            "file": page_of_file,
        }

    def all(self) -> Iterator[tuple[str, str]]:
        yield "index.html", self._page("start.html", "index.html", **self._overview())
        yield (
            "dictionary.html",
            self._page(
                "dictionary.html",
                "dictionary.html",
                subjects=by_subject(self.marts),
                names={mart.name for mart in self.marts},
            ),
        )
        for guide in self.guides.guides:
            yield guide.page, self._page("guide.html", guide.page, guide=guide)
        for path in sorted(self.guides.files | {mart.sql for mart in self.marts}):
            page, text = page_of_file(path), (self.root / path).read_text(encoding="utf-8")
            yield page, self._page("file.html", page, path=path, text=text)
        yield "dbt/index.html", (self.folder / "dbt.html").read_text(encoding="utf-8")
        yield "lineage/index.html", (self.folder / "lineage.html").read_text(encoding="utf-8")
        yield "search.js", search.index(self.guides.guides, self.marts)

    def _overview(self) -> dict[str, Any]:
        return {
            "made_at": f"{clock.now():%Y-%m-%d %H:%M} UTC",
            "origin": self.origin,
            "counts": (len(self.marts), sum(len(mart.columns) for mart in self.marts)),
            "reports": list(reports(self.root)),
        }

    def _page(self, template: str, page: str, **values: object) -> str:
        return self.templates.get_template(template).render(
            page=page, to=lambda target: relative(target, page), **values
        )


def reports(root: Path) -> Iterable[tuple[str, str]]:
    """Clients that have a report in the site, else beside it, and where it is."""
    found = {path.parent.name: f"../{path.relative_to(root)}" for path in _reports_in(root)}
    site = root / "site"
    found |= {path.parent.name: str(path.relative_to(site)) for path in _reports_in(site)}
    return sorted(found.items())


def _reports_in(folder: Path) -> Iterable[Path]:
    return (folder / "report").glob("*/index.html")
