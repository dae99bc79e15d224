"""The command: it serves until it is ended, and makes, shows and revokes keys."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest
import requests

from tests.postgres import free_port
from tests.signalroom.api.served import MARTS
from tests.support import REPOSITORY, Project, on_both_targets


@on_both_targets
def test_keys_are_made_shown_and_revoked(project: Project, target: str) -> None:
    assert (
        "no client nobody"
        in project.run("api", "keys", "create", "--name=x", "--client=nobody").output
    )
    assert "either --client" in project.run("api", "keys", "create", "--name=x").output
    made = project.run(
        "api", "keys", "create", "--name", "board", "--client", "713", "--client", "cti"
    )
    key, *_ = made.output.split()
    project.run("api", "keys", "create", "--name", "all", "--all-clients")
    key_id = key.split("_")[1]

    def listed() -> list[dict[str, str]]:
        ((part,),) = (json.loads(project.run("api", "keys", "list", "--format", "json").output),)
        return list(part["rows"])

    assert [(row["name"], row["scopes"]) for row in listed()] == [
        ("board", "client:713 client:cti"),
        ("all", "*"),
    ]
    if target == "prod":
        kept = str(project.query("select * from ops.api_keys"))
    else:
        ((path),) = project.root.glob(".api/*/keys.json")
        kept = path.read_text()
        assert path.stat().st_mode & 0o077 == 0
    assert key_id in kept
    assert key[12:] not in kept
    assert f"{key_id} (board): revoked" in project.run("api", "keys", "revoke", key_id).output
    assert [bool(row["revoked"]) for row in listed()] == [True, False]
    assert project.run("api", "keys", "revoke", key_id).exit_code == 1


@pytest.mark.slow
@on_both_targets
def test_it_serves_what_the_guide_asks_until_it_is_ended(project: Project) -> None:
    project.execute(*MARTS)
    key = project.run("api", "keys", "create", "--name", "x", "--client", "713").output.split()[0]
    port = free_port()
    running = project.start("api", "--port", str(port), without=("DUCKDB_PATH",))
    try:
        while not answers(port):
            assert running.poll() is None, running.communicate()
            time.sleep(0.05)
        guide = (REPOSITORY / "docs" / "api.md").read_text().replace(":8000", f":{port}")
        asked = [run(line, key) for line in re.findall("^ +(curl .+)$", guide, re.MULTILINE)]
        assert [len(json.loads(page)["data"]) for page in asked] == [54, 0, 1]
        (program,) = re.findall("^```python\n(.+?)^```", guide, re.MULTILINE | re.DOTALL)
        assert "published_at" in run(f"{sys.executable} -c {shlex.quote(program)}", key)
    finally:
        running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=20)
    assert said == f"http://127.0.0.1:{port}/docs describes the API; Ctrl-C ends it.\n"


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10).ok
    except requests.ConnectionError:
        return False


def run(line: str, key: str) -> str:
    """What a line of the guide says, by a shell."""
    environ = os.environ | {"KEY": key}
    return subprocess.run(
        ("bash", "-c", line), env=environ, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def test_without_marts_it_says_what_to_do(project: Project) -> None:
    said = project.run("api")
    assert said.exit_code == 1
    assert "has no affiliate_leaderboard, daily_summary yet; run `signalroom build`" in said.output


def test_a_rate_that_is_none_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for rate in ("many", "0", "nan"):
        monkeypatch.setenv("API_REQUESTS_PER_SECOND", rate)
        assert f"must be a number such as 50, not {rate}" in project.run("api").output


def test_a_target_before_what_is_done_with_keys_is_refused(project: Project) -> None:
    said = project.run("api", "--target", "prod", "keys", "list")
    assert "give --target behind" in said.output
