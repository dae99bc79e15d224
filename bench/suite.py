"""The tests' weight beside that of another commit: `python -m bench.suite COMMIT`.

Sets the commit up in a folder of its own, runs `make test` there and here, one after the other, and
prints the seconds of the clock and of the CPU: of every process below `make`, and of the Postgres
servers that were started meanwhile, which run beside it.
"""

import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time

import psutil
from rich.console import Console
from rich.table import Table

LOOKED_AT_EVERY = 0.5  # seconds, for the servers


def main(commit: str) -> int:
    """The table on stdout; exit code 1 when one of both fails, with what it took to there."""
    here = Path.cwd()
    with TemporaryDirectory(prefix="suite-") as temporary:
        there = Path(temporary) / commit
        subprocess.run(("git", "worktree", "add", "--detach", there, commit), check=True)
        try:
            for folder in (there, here):
                subprocess.run(("make", "install-dev"), cwd=folder, check=True)
            (wall, cpu, failed), (our_wall, our_cpu, we_failed) = measure(there), measure(here)
        finally:
            subprocess.run(("git", "worktree", "remove", "--force", there), check=True)
    table = Table("make test", commit, "here", "ratio")
    for name, theirs, ours in (("wall", wall, our_wall), ("CPU", cpu, our_cpu)):
        table.add_row(name, f"{theirs:,.0f} s", f"{ours:,.0f} s", f"{ours / theirs:.2f}")
    Console().print(table)
    return int(failed or we_failed)


def measure(folder: Path) -> tuple[float, float, bool]:
    """Wall-clock and CPU seconds of `make test` in a folder, and whether it failed."""
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    began, start, before = time(), perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    servers: dict[int, float] = {}
    running = subprocess.Popen(("make", "test"), cwd=folder, env=environ)
    while running.poll() is None:
        servers |= postgres_seconds(since=began)
        with suppress(subprocess.TimeoutExpired):
            running.wait(LOOKED_AT_EVERY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return perf_counter() - start, cpu + sum(servers.values()), running.returncode != 0


def postgres_seconds(since: float) -> dict[int, float]:
    """What each Postgres server started since then has used so far, with its sessions."""
    used: dict[int, float] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() != "postgres" or process.create_time() < since - 1:
                continue
            parent = process.parent()
            server = parent if parent and parent.name() == "postgres" else process
            times = process.cpu_times()
            used[server.pid] = used.get(server.pid, 0) + times.user + times.system
            if server == process:  # of sessions that ended
                used[server.pid] += times.children_user + times.children_system
    return used


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
