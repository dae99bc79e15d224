"""Processes of the command, forked from one that already has its imports (they take two seconds).

`python -m tests.forks` is that one: it imports and opens nothing. For each request it forks a
process, which takes on the folder, the environment and the output asked for, and then runs the
module as `python -m` would: a process with a pid, ended by the same signals and exit codes. At a
moment of its own where the environment has one as TESTS_NOW: then nothing is waited for either.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TextIO

REPOSITORY = Path(__file__).parents[1]
OF_THE_COMMAND = (
    *("signalroom.cli", "loaders.registry", "boto3", "psycopg2", "pyarrow.parquet", "pyarrow.csv"),
    *("dlt.destinations.impl.postgres.factory", "dlt.destinations.impl.postgres.postgres"),
)
OF_DBT = ("dbt.cli.main", "dbt.adapters.postgres")  # not DuckDB: its import starts a thread


class Forked:
    """A forked process, used like a `subprocess.Popen` whose errors go with its output."""

    def __init__(self, forks: "Forks", pid: int, stdout: TextIO) -> None:
        self.pid, self.stdout = pid, stdout
        self.returncode: int | Any = None  # typed as of a Popen
        self._forks, self._said = forks, b""

    def poll(self) -> int | None:
        """The exit code once it has ended; -9 for one that was killed."""
        if self.returncode is None:
            self.returncode = json.loads(self._forks.ask(f"poll {self.pid}"))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end."""
        until = time.monotonic() + (timeout or 1e9)
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """What it said, once it has ended; after a timeout it may be called again."""
        until = time.monotonic() + (timeout or 1e9)
        while select.select([self.stdout], [], [], max(0, until - time.monotonic()))[0]:
            part = os.read(self.stdout.fileno(), 1 << 16)
            self._said += part
            if not part:
                self.wait(timeout)
                return self._said.decode(), None
        raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forks:
    """The process that forks, started when first needed and ended with the tests."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno()), *modules],
                cwd=REPOSITORY,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # threads do not survive a fork
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._answers = self._socket.makefile()
        atexit.register(self._end)

    def start(
        self, module: str, arguments: Sequence[str], *, folder: Path, environ: Mapping[str, str]
    ) -> Forked:
        """A process that runs a module in a folder, with just these variables."""
        reading, writing = os.pipe()
        with tempfile.TemporaryFile("w+") as request:
            json.dump([module, *arguments, str(folder), dict(environ)], request)
            request.flush()
            pid = self.ask("fork", [request.fileno(), writing])
        os.close(writing)
        return Forked(self, int(pid), os.fdopen(reading))

    def ask(self, question: str, files: Sequence[int] = ()) -> str:
        """The answer to one line of text."""
        socket.send_fds(self._socket, [f"{question}\n".encode()], files)
        answer = self._answers.readline()
        assert answer, "the process that forks has ended"
        return answer

    def _end(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()


@cache
def command_forks() -> Forks:
    """For the command's processes."""
    return Forks(OF_THE_COMMAND)


@cache
def dbt_forks() -> Forks:
    """For dbt's, module `dbt.cli.main`; the command's must not have imported it."""
    return Forks(OF_DBT)


def _serve(asked: socket.socket) -> str:
    """Answer until nobody asks any more; only a forked process returns, with its module."""
    while question := socket.recv_fds(asked, 100, 2):
        text, files, *_ = question
        match text.decode().split():
            case ["poll", pid]:
                ended, status = os.waitpid(int(pid), os.WNOHANG)
                code = os.waitstatus_to_exitcode(status) if ended else None
                asked.sendall(f"{json.dumps(code)}\n".encode())
            case ["fork"]:
                if child := os.fork():
                    for file in files:
                        os.close(file)
                    asked.sendall(f"{child}\n".encode())
                else:
                    asked.close()
                    return _become(*files)
            case _:
                sys.exit()
    raise AssertionError("never empty")


def _become(request: int, output: int) -> str:
    """Take on what was asked for."""
    with os.fdopen(request) as file:
        file.seek(0)
        module, *arguments, folder, environ = json.load(file)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [module, *arguments]
    if "TESTS_NOW" in environ:
        _live_at(datetime.fromisoformat(environ["TESTS_NOW"]))
    return str(module)


def _live_at(moment: datetime) -> None:
    """Make that moment now, from which the clock goes on; no step waits to be tried again."""
    from loaders import clock
    from signalroom.operations.running import execute

    ahead = moment - datetime.now(UTC)
    clock.now = lambda: datetime.now(UTC) + ahead
    execute.WAITS = (0.0, 0.0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests and for what is forked
    for name in sys.argv[2:]:
        importlib.import_module(name)
    gc.freeze()
    asked_for = _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module(asked_for, run_name="__main__", alter_sys=True)
