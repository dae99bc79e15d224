"""A forked process is like the command itself, which one test here starts as people do."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import DECEMBER, Project, on_both_targets

pytestmark = pytest.mark.slow


@on_both_targets
def test_the_command_itself_says_the_same(project: Project) -> None:
    program = Path(sys.executable).with_name("signalroom")
    for command in (("load", *DECEMBER), ("status",), ("load", "nonsense"), ("--version",)):
        arguments = project.aimed(command)
        done = subprocess.run(
            [program, *arguments],
            cwd=project.root,
            env=project.process_environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        forked = project.start(*command)
        said, _ = forked.communicate(timeout=60)
        assert (forked.returncode, said.replace("python -m signalroom", "signalroom")) == (
            done.returncode,
            done.stdout,
        )


def test_a_signal_ends_it(project: Project) -> None:
    forked = project.start("load", *DECEMBER)
    assert "reading" in forked.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        forked.communicate(timeout=0.01)
    forked.send_signal(signal.SIGKILL)
    assert forked.wait(timeout=60) == -signal.SIGKILL
