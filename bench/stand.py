"""Where the bench runs: made files, a bucket that serves them, a project, empty warehouses."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from time import perf_counter

import psutil

from bench.warehouses import DuckDB, Postgres, Warehouse
from sandbox.order_files import full_file, write_full
from sandbox.orders import Volume
from sandbox.s3_auth import ACCESS_KEY, SECRET_KEY
from sandbox.server import Sandbox
from tests.postgres import Server, running_server

REPOSITORY = Path(__file__).parents[1]
COPIED = ("data", "seeds", ".dlt", "dbt_project")
KEPT_OUT = shutil.ignore_patterns("pipelines", "target", "logs", "secrets.toml")
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")  # no variable of a real account
LOOKED_AT_EVERY = 0.05  # seconds, for the memory


class BenchError(Exception):
    """A step did not do what it measures."""


@dataclass(frozen=True)
class Spent:
    """What a command took; its memory is that of the process and of all below it, at the peak."""

    seconds: float = float("nan")
    megabytes: float = float("nan")
    cpu: float = float("nan")  # of the command and of what it started; a Postgres server is apart


@dataclass(frozen=True)
class Stand:
    """All of it, in one folder; the project is a copy, without anybody's .env or secrets."""

    folder: Path
    files: list[Path]
    sandbox: Sandbox
    server: Server
    project: Path
    code: Path = REPOSITORY
    python: str = sys.executable
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def bucket(self) -> dict[str, str]:
        """The variables that lead to it."""
        return {
            "S3_BUCKET_NAME": self.sandbox.s3_exports.bucket,
            "AWS_ENDPOINT_URL": self.sandbox.url("s3_exports"),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    @property
    def server_pid(self) -> int:
        """The process of the Postgres server."""
        (path,) = (self.folder / "postgres").rglob("postmaster.pid")
        return int(path.read_text().split()[0])

    def serve(self, files: Sequence[Path]) -> None:
        """Have just these files in the bucket; that also warms the disk's cache for everybody."""
        self.sandbox.s3_exports.empty()
        for path in files:
            self.sandbox.s3_exports.put_file(full_file(self.folder / "files", path))

    @contextmanager
    def warehouse(self, kind: type[Warehouse]) -> Iterator[Warehouse]:
        """An empty warehouse, gone at the end."""
        made: Warehouse
        if issubclass(kind, DuckDB):
            made = DuckDB(self.folder / f"{next(self._numbers)}.duckdb")
        else:
            made = Postgres(self.server.create())
        try:
            yield made
        finally:
            made.drop()

    def of_code(self, code: Path, name: str) -> "Stand":
        """The same with a project and the code of another checkout, which has its own .venv."""
        project = self.folder / name
        _copy_project(code, project)
        python = str(code / ".venv/bin/python")
        return replace(self, code=code, project=project, python=python)

    def signalroom(self, warehouse: Warehouse, *arguments: str) -> Spent:
        """The command, as people type it, on this warehouse."""
        command = (self.python, "-m", "signalroom", *arguments, "--target", warehouse.target)
        return self.run(command, warehouse.environ | self.bucket)

    def run(self, command: Sequence[str], environ: Mapping[str, str]) -> Spent:
        """A command in the project's folder, which has to succeed."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        inherited["PYTHONPATH"] = str(self.code)
        log = self.folder / "last.log"
        with log.open("w") as said:
            start, peak, before = perf_counter(), 0, _spent_by_children()
            process = psutil.Popen(
                command,
                cwd=self.project,
                env=inherited | dict(environ),
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            while process.poll() is None:
                peak = max(peak, _memory(process))
                with suppress(psutil.TimeoutExpired):
                    process.wait(LOOKED_AT_EVERY)
            seconds = perf_counter() - start
        if process.returncode:
            raise BenchError(f"{' '.join(command)}\n{log.read_text()[-1000:]}")
        return Spent(seconds, peak / 1e6, _spent_by_children() - before)


@contextmanager
def stand(folder: Path, volume: Volume) -> Iterator[Stand]:
    """Make everything; what the folder held is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "postgres").mkdir(parents=True)
    files = sorted(write_full(folder / "files", volume), key=lambda path: path.stem[-10:])
    _copy_project(REPOSITORY, folder / "project")
    with running_server(folder / "postgres") as server, Sandbox() as sandbox:
        yield Stand(folder, files, sandbox, server, folder / "project")


def _copy_project(code: Path, project: Path) -> None:
    for name in COPIED:
        shutil.copytree(code / name, project / name, ignore=KEPT_OUT)
    shutil.copy(code / "profiles.yml", project)


def _spent_by_children() -> float:
    """CPU seconds of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(process: psutil.Process) -> int:
    total = 0
    with suppress(psutil.NoSuchProcess):
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total
