"""What dbt and colibri make of the project: the manifest, dbt's own docs, lineage of columns."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from signalroom.building import run_dbt
from signalroom.config.settings import Settings

# Both pages carry all they need: whatever they would ask for besides is forbidden.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
BACK = (
    '<a href="../index.html" style="position:fixed;bottom:0;left:50%;transform:translateX(-50%);'
    "z-index:99999;padding:4px 14px;border-radius:6px 6px 0 0;background:#1d2733;color:#fff;"
    'font:14px system-ui,sans-serif;text-decoration:none">SignalRoom docs</a>'
)
# dbt's page asks for files of these names, which it never has: browsers show each as an error
ICON = 'href="{{ getIcon'
FAVICON = """<link rel="shortcut icon" href="${require('./assets/favicons/favicon.ico')}"/>"""


def generate(settings: Settings, target: str) -> Path:
    """Run dbt and colibri; the folder has manifest.json, dbt.html, lineage.html, lineage.json.

    It is a target folder of its own: run_results.json of the last build stays as it is.
    """
    built = settings.root / "dbt_project" / "target"
    folder = built / "docs"
    # what the last build has parsed is not parsed again, which takes three seconds
    parsed = ("--partial-parse-file-path", str(built / "partial_parse.msgpack"))
    options = ("--static", "--target", target, "--target-path", str(folder))
    if run_dbt(settings, "--quiet", *parsed, "docs", "generate", *options):
        raise click.ClickException("dbt docs generate failed; see the lines above")
    manifest = folder / "manifest.json"
    manifest.write_text(_without_this_machine(manifest.read_text(), settings.root))
    trace_columns(settings, folder)
    page = _without_this_machine((folder / "static_index.html").read_text(), settings.root)
    page = page.replace(f"xlink:{ICON}", f"ng-attr-{ICON}").replace(FAVICON, "")
    (folder / "dbt.html").write_text(enclose(page))
    return folder


def read_manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


def enclose(page: str) -> str:
    """A page that may ask for nothing, with a way back to ours."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page = page.replace("<head>", f"<head>{policy}", 1)
    before, end, after = page.rpartition("</body>")
    return f"{before}{BACK}{end}{after}"


def _without_this_machine(text: str, root: Path) -> str:
    """Paths from the project's folder, and seeds in a folder of that name rather than in `..`."""
    return text.replace(f"{root}/", "").replace('"../seeds/', '"seeds/')


def trace_columns(settings: Settings, folder: Path) -> None:
    """Lineage of columns; releases after the pinned one call home unless they are told not to."""
    command = [
        *(str(Path(sys.executable).with_name("colibri")), "generate", "--light"),
        *("--manifest", str(folder / "manifest.json"), "--catalog", str(folder / "catalog.json")),
        *("--output-dir", str(folder / "colibri")),
    ]
    done = subprocess.run(  # noqa: S603
        command,
        env=dict(settings.environ) | {"DO_NOT_TRACK": "1"},
        cwd=settings.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"colibri failed:\n{done.stdout[-2000:]}")
    page = (folder / "colibri" / "index.html").read_text()
    (folder / "lineage.html").write_text(enclose(page))
    (folder / "colibri" / "colibri-manifest.json").replace(folder / "lineage.json")
