"""A client's capsule: one archive with the page, the marts and what they mean, to hand over."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, PackageLoader

from signalroom import export, marts
from signalroom.export.files import beside
from signalroom.marts import Mart
from signalroom.report.folder import write_report
from signalroom.report.subject import Subject

FORMATS = ("html", "png", "svg", "eml", "json")
TABLES = ("csv", "parquet")
DOCS = "docs"  # beside the page


def write_capsule(subject: Subject, out: Path, *, now: datetime, note: str = "") -> Path:
    """Write `out`/<client>.zip: page, pictures, mail, marts as CSV and Parquet, definitions.

    A mart without rows of the client is left out, and so is its name: it may be that of
    another's report.
    """
    out.mkdir(parents=True, exist_ok=True)
    archive = out / f"{subject.client_id}.zip"
    with TemporaryDirectory(prefix=".capsule-", dir=out) as scratch:
        write_report(subject, Path(scratch), formats=FORMATS, docs=DOCS, now=now, note=note)
        folder = Path(scratch) / subject.client_id
        filled = {path.stem for kind in TABLES for path in _tables(subject, folder, kind)}
        _describe(subject, folder, [m for m in marts.marts(subject.warehouse) if m.name in filled])
        with beside(archive) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(folder.rglob("*")):
                packed.write(path, Path(subject.client_id) / path.relative_to(folder))
    return archive


def _tables(subject: Subject, folder: Path, kind: str) -> list[Path]:
    """The files of the marts that have rows of the client."""
    written = list(export.write(subject.warehouse, subject.client_id, folder / "tables", kind))
    for file in written:
        if not file.rows:
            file.path.unlink()
    return [file.path for file in written if file.rows]


def _describe(subject: Subject, folder: Path, described: Sequence[Mart]) -> None:
    """The page to which the report's definitions lead."""
    (folder / DOCS).mkdir()
    texts = Environment(loader=PackageLoader("signalroom.report"), autoescape=True)
    page = texts.get_template("dictionary.html.j2").render(
        client=subject.client.name, marts=described
    )
    (folder / DOCS / "dictionary.html").write_text(page, encoding="utf-8")
