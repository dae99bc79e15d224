"""PostgreSQL's own programs, and what they say when they fail."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

from loaders.errors import LoadError
from loaders.warehouse import Postgres
from signalroom.stopping import ending_with_us

INSTALL = "put PostgreSQL's client programs of version {} or newer first in PATH"
REMEDIES = {
    "unsupported version": f"a newer one made it; {INSTALL.format('its')}",
    # pg_restore 17 sets transaction_timeout for any server
    "unrecognized configuration parameter": "the server is older than PostgreSQL's client "
    "programs in PATH; put those of its own version first",
    "lock timeout": "somebody is reading what is to be replaced; run again",
}
SETTLED = {"PGSSLMODE": "require", "PGCONNECT_TIMEOUT": "10", "PGTZ": "UTC"}
Process = subprocess.Popen[bytes]


def run(program: str, *arguments: str, of: Postgres, into: IO[bytes] | None = None) -> str:
    """What a program prints; LoadError in its own words where it fails."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile("w+") as printed:
        process = _start(program, *arguments, of=of, stdout=into or printed, said=said)
        with ending_with_us(process):
            process.wait()
        if process.returncode:
            raise LoadError(_why(program, said))
        printed.seek(0)
        return printed.read()


@contextmanager
def transaction(of: Postgres) -> Iterator[IO[bytes]]:
    """A script for psql, all of it or nothing, also when the process dies that writes it."""
    with tempfile.TemporaryFile() as said:
        psql = _start(*["psql", "-Xqv", "ON_ERROR_STOP=1"], of=of, said=said, stdin=subprocess.PIPE)
        failure: LoadError | None = None
        with ending_with_us(psql), psql:
            script = cast(IO[bytes], psql.stdin)
            with suppress(BrokenPipeError):  # it has given up, and says why
                script.write(b"begin;\n")
                try:
                    yield script
                    script.write(b"commit;\n")
                except LoadError as error:  # perhaps since psql does not read any more
                    failure = error
                script.flush()
            with suppress(BrokenPipeError):
                script.close()
        if psql.returncode:
            raise LoadError(_why("psql", said))
        if failure:
            raise failure


def refuse_older(program: str, server: int, of: Postgres) -> None:
    """LoadError where a program is missing, or older than the server."""
    said = run(program, "--version", of=of).strip()
    found = re.search(r"\) (\d+)", said)
    if not found or int(found[1]) < server:
        raise LoadError(
            f"{of.name} is Postgres {server}, and {said} is older", INSTALL.format(server)
        )


def _start(
    program: str,
    *arguments: str,
    of: Postgres,
    said: IO[bytes],
    stdin: int = subprocess.DEVNULL,
    stdout: IO[bytes] | IO[str] | None = None,
) -> Process:
    """The password is in the program's environment alone."""
    found = shutil.which(program)
    if found is None:
        raise LoadError(f"{program} is not installed", INSTALL.format("the server's"))
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.Popen(  # noqa: S603
        [found, *arguments],
        env=ours | SETTLED | dict(of.environ),
        stdin=stdin,
        stdout=stdout or subprocess.DEVNULL,
        stderr=said,
    )


def _why(program: str, said: IO[bytes]) -> str:
    """The first error that a program named, what it says further of it, and what to do."""
    said.seek(0)
    lines = said.read().decode(errors="replace").splitlines() or ["it said nothing"]
    first = next((place for place, line in enumerate(lines) if re.search("error:|ERROR:", line)), 0)
    error = re.sub(rf"^({program}: )?(.*?(error|ERROR): +)?", "", lines[first])
    further = [line for line in lines[first + 1 : first + 2] if line.startswith("DETAIL:")]
    remedies = [remedy for found, remedy in REMEDIES.items() if found in error]
    return f"{program}: {'; '.join([error, *further, *remedies])}"
