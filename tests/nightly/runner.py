"""A local runner of workflows, `act`, that runs the repository's own workflows on this machine.

No container and no network: the job's steps run as processes in a copy of what git would check
out, and the two actions that would be fetched have stand-ins, taken in place of the very commits
that the workflow pins.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
ACT = Path(sys.executable).with_name("act")
WORKFLOWS = REPOSITORY / ".github/workflows"
STAND_INS = sorted((Path(__file__).parent / "actions").iterdir())


@dataclass(frozen=True)
class Run:
    """What became of one run of the workflow."""

    exit_code: int
    output: str
    steps: Mapping[str, str]
    summary: str
    kept: Path

    def artifact(self, name: str, file: str) -> str:
        """A file of an artifact."""
        return (self.kept / name / file).read_text()


def run_workflow(
    name: str,
    folder: Path,
    *,
    inputs: Mapping[str, str],
    variables: Mapping[str, str],
    secrets: Mapping[str, str],
    dbt: Path | None = None,
) -> Run:
    """Start the workflow by hand, as with GitHub's form; `folder` takes all that it leaves.

    Another program may run in dbt's place.
    """
    workflow = WORKFLOWS / f"{name}.yml"
    folder.mkdir()
    files = {
        "--input-file": _file(folder / "inputs", inputs),
        "--var-file": _file(folder / "variables", variables),
        "--secret-file": _file(folder / "secrets", secrets),
        "--env-file": _file(folder / "environ", {}),  # else the developer's own .env is taken
    }
    command = [
        *(ACT, "workflow_dispatch", "--workflows", workflow),
        *("--platform", "ubuntu-24.04=-self-hosted", "--no-cache-server"),
        *("--json", "--insecure-secrets"),  # a secret in the output is to be seen, not masked
        *(word for option, path in files.items() for word in (option, path)),
        *("--env", f"TESTS_PYTHON={sys.executable}", "--env", f"TESTS_KEPT={folder / 'kept'}"),
        *("--env", f"TESTS_DBT={dbt or ''}"),
    ]
    for path in STAND_INS:
        if pinned := re.search(rf"uses: (actions/{path.name}@\w+)", workflow.read_text()):
            command += ["--local-repository", f"{pinned[1]}={path}"]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},  # a runner knows nothing of ours
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    events = [event for line in done.stdout.splitlines() if (event := _event(line))]
    return Run(
        exit_code=done.returncode,
        output="".join(event["msg"] for event in events if event.get("raw_output")),
        steps={
            event["step"]: event["stepResult"]
            for event in events
            if event.get("stage") == "Main" and "stepResult" in event and len(event["stepID"]) == 1
        },
        summary="".join(e["content"] for e in events if e.get("command") == "summary"),
        kept=folder / "kept",
    )


def _file(path: Path, values: Mapping[str, str]) -> Path:
    path.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))
    return path


def _event(line: str) -> dict[str, Any]:
    """A line of act's log; what is none, such as its remark that there is no Docker, is nothing."""
    return dict(json.loads(line)) if line.startswith("{") else {}
