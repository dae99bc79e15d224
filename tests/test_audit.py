"""The audit of what is installed, with a stand-in of the OSV database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.test_setup import REQUIREMENTS, ROOT, pins

HOLE = "GHSA-made-up-hole"
ANSWER = {"id": HOLE, "summary": "Made up.", "affected": []}


@contextmanager
def database(*holes: str) -> Iterator[tuple[str, set[str]]]:
    """An address that knows of a hole in some packages, and the packages it was asked about."""
    asked = set()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            package = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]
            asked.add(package["name"])
            answer = json.dumps({"vulns": [ANSWER]} if package["name"] in holes else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_all_that_is_pinned_is_asked_about_and_a_known_hole_fails() -> None:
    holes = ("urllib3", "sling-linux-amd64")
    with database(*holes) as (address, asked):
        done = subprocess.run(
            ["bash", ROOT / ".ci/audit"],
            env=os.environ | {"PIP_AUDIT_OSV_URL": address},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stdout.splitlines() if HOLE in line] == [*holes]
    pinned = {name for path in REQUIREMENTS for name, pin in pins(path).items() if ";" not in pin}
    assert asked >= pinned
    assert "License" in done.stdout, "the licences are looked at all the same, and are fit"


def test_an_unfit_licence_is_named_and_fails(tmp_path: Path) -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(settings.replace('"yamllint", # GPL', "# GPL"))
    done = subprocess.run(
        [Path(sys.executable).with_name("pip-licenses")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "GNU General Public License v3 (GPLv3)" in done.stderr
    assert "yamllint" in done.stderr
