"""One site, made once a run: of the project and the mart of docs/adding-a-mart.md, without rows."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.conftest import Prepared, make_tables
from tests.support import REPOSITORY, Project

GUIDE = REPOSITORY / "docs/adding-a-mart.md"
BLOCK = re.compile(r"^`(?P<path>[^`]+)`\n\n```\w+\n(?P<text>.*?)^```$", re.M | re.S)
OWN = {
    *(".dlt", "data", "seeds", "dbt_project", "profiles.yml"),
    *("site", "report", ".git", ".venv", ".env"),
}
CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True)
class Site:
    """A project whose site was made."""

    root: Path

    @property
    def pages(self) -> Path:
        return self.root / "site"

    @property
    def generated(self) -> Path:
        return self.root / "dbt_project/target/docs"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads((self.generated / "manifest.json").read_text()))

    @cached_property
    def lineage(self) -> dict[str, Any]:
        return dict(json.loads((self.generated / "lineage.json").read_text()))

    @property
    def marts(self) -> list[dict[str, Any]]:
        models = [n for n in self.manifest["nodes"].values() if n["resource_type"] == "model"]
        return [model for model in models if model["fqn"][1] == "marts"]


@pytest.fixture(scope="session")
def site(prepared: Prepared) -> Site:
    def fill(project: Project) -> None:
        project.copy_warehouse(prepared("empty", "dev", make_tables))
        shutil.rmtree(project.root / "dbt_project")
        project.add_dbt()
        for path in REPOSITORY.iterdir():
            if path.name not in OWN and ".duckdb" not in path.name:
                (project.root / path.name).symlink_to(path)
        for block in BLOCK.finditer(GUIDE.read_text()):
            path = project.root / block["path"]
            assert not path.exists()
            path.write_text(block["text"])
        without_tests = ("--target", "dev", "--indirect-selection", "empty")
        chosen = ("--select", "resource_type:model", "resource_type:seed", "*weekly_epc*")
        project.succeed("dbt", "build", *without_tests, *chosen)
        target = project.root / "dbt_project/target"
        shutil.copy(target / "run_results.json", target / "run_results.before")
        project.succeed("docs")

    return Site(prepared("site", "dev", fill).root)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        except Error as error:
            pytest.skip(f"chromium does not start: {error.message.splitlines()[0]}")
        yield started
        started.close()
