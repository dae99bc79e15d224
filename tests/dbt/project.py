"""A copy of the dbt project with seeds and a warehouse of its own, run as its users run it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DBT = Path(sys.executable).with_name("dbt")
ENGINE_VARIABLES = {"DUCKDB_PATH", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"}


@dataclass(frozen=True)
class DbtProject:
    """The folder that dbt runs in, and the variables that lead it to a warehouse."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    target: str = "dev"

    @classmethod
    def copy_to(
        cls,
        root: Path,
        *,
        seeds: Mapping[str, str],
        environ: Mapping[str, str],
        target: str = "dev",
    ) -> "DbtProject":
        """The repository's project with other seeds; what dbt writes stays in the copy."""
        ignored = shutil.ignore_patterns("target", "logs")
        shutil.copytree(REPOSITORY / "dbt_project", root / "dbt_project", ignore=ignored)
        shutil.copytree(REPOSITORY / "seeds", root / "seeds")
        shutil.copy(REPOSITORY / "profiles.yml", root)
        for name, text in seeds.items():
            (root / "seeds" / name).write_text(text)
        return cls(root, environ, target)

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A dbt command that has to succeed; its output is shown when it does not."""
        inherited = {name: os.environ[name] for name in os.environ.keys() - ENGINE_VARIABLES}
        done = subprocess.run(
            [str(DBT), "--no-use-colors", command, "--target", self.target, *arguments],
            cwd=self.root,
            env={
                **inherited,
                "DBT_PROJECT_DIR": "dbt_project",
                "DBT_PROFILES_DIR": ".",
                **self.environ,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
        return done
