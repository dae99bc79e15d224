"""What production installs is enough for all commands but `api`, `demo` and `sandbox`."""

import subprocess
import sys

from tests.support import DECEMBER, Project

# The command in a process to which the extras' packages, and what they bring along, are not there.
WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {
            *("flask", "flask_cors", "moto", "sandbox", "werkzeug"),
            *("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "websockets"),
        }:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from signalroom.cli import main
for command in ("load", "status", "build"):
    main([command, "--help"], standalone_mode=False)
for command in ("api", "demo", "sandbox"):
    try:
        main([command], standalone_mode=False)
    except Exception as refused:
        print(command, "says:", refused)
main()
"""


def test_a_load_needs_nothing_of_the_extras(project: Project) -> None:
    running = subprocess.run(  # not forked from a process that has imported the sandbox
        (sys.executable, "-c", WITHOUT, "load", "redtrack", *DECEMBER),
        cwd=project.root,
        env=project.process_environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = running.stdout
    assert running.returncode == 0, said
    assert "713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok" in said
    assert (
        "api says: the API needs the package uvicorn, which is not installed; "
        "run `make install-api`" in said
    )
    for command in ("demo", "sandbox"):
        assert (
            f"{command} says: the sandbox needs the package sandbox, which is not installed; "
            "run `make install-sandbox`" in said
        )
