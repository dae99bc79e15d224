"""Setting up .venv (.ci/setup) with stubs in place of Python and of what it installs."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("bash", "cat", "chmod", "cmp", "dirname", "grep", "mkdir", "rm", "touch")
OLD = "#!/bin/bash\nexit 1\n"
# Answers as `-c` and `--version` do, and makes a .venv whose pip makes a uv that keeps a log.
NEW = """#!/bin/bash
case "$*" in
  --version) echo Python 3.99 ;;
  "-m venv .venv")
    mkdir -p .venv/bin
    echo "command = $0 -m venv $PWD/.venv" > .venv/pyvenv.cfg
    printf '#!/bin/bash\\nexit 0\\n' > .venv/bin/python
    printf '#!/bin/bash\\necho "$*" >> log\\n' > .venv/uv
    printf '#!/bin/bash\\ncat .venv/uv > .venv/bin/uv; chmod +x .venv/bin/uv\\n' > .venv/bin/pip
    chmod +x .venv/bin/* ;;
esac
"""


@dataclass
class Folder:
    """A project with nothing in it but the script, and a PATH with nothing but stubs."""

    root: Path
    programs: Path

    def python(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def set_up(self, **environ: str) -> tuple[int, str]:
        done = subprocess.run(
            [self.programs / "bash", self.root / ".ci" / "setup", "requirements.txt"],
            env={"PATH": str(self.programs)} | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    @property
    def installed(self) -> int:
        """How often something was installed."""
        log = self.root / "log"
        return log.read_text().count("-r requirements.txt") if log.exists() else 0


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "a project", tmp_path / "bin")
    (made.root / ".ci").mkdir(parents=True)
    made.programs.mkdir()
    shutil.copy(ROOT / ".ci" / "setup", made.root / ".ci")
    for tool in TOOLS:
        (made.programs / tool).symlink_to(str(shutil.which(tool)))
    for name in ("requirements.txt", "pyproject.toml"):
        (made.root / name).write_text(name)
    return made


def test_no_python_is_said(folder: Folder) -> None:
    folder.python("python3", OLD)
    code, said = folder.set_up()
    assert code == 1
    assert "No Python from 3.11 on" in said
    assert "make PYTHON=/path/to/python3 demo" in said
    assert not (folder.root / ".venv").exists()


@pytest.mark.parametrize(
    "name", ["python3.11", "python3.12", "python3.13", "python3.14", "python3"]
)
def test_the_first_python_that_fits_is_taken(folder: Folder, name: str) -> None:
    folder.python("python3.11", OLD)  # a shim that leads nowhere
    folder.python(name, NEW)
    code, said = folder.set_up()
    assert code == 0, said
    assert f"Making .venv with {name} (Python 3.99)" in said
    assert folder.installed == 1
    assert folder.set_up() == (0, ""), "what is done is not done again"
    assert folder.installed == 1


def test_python_can_be_named(folder: Folder) -> None:
    folder.python("python3.11", NEW)
    folder.python("mine", NEW)
    folder.python("too-old", OLD)
    code, said = folder.set_up(PYTHON="too-old")
    assert code == 1
    assert "by the name of too-old" in said
    assert "with mine" in folder.set_up(PYTHON="mine")[1]


def test_other_requirements_are_installed_into_the_same_venv(folder: Folder) -> None:
    folder.python("python3", NEW)
    folder.set_up()
    (folder.root / "requirements.txt").write_text("others")
    assert folder.set_up() == (0, "")
    assert folder.installed == 2


@pytest.mark.parametrize("what", ["moved", "unfinished", "no uv", "older Python"])
def test_a_venv_that_cannot_be_used_is_made_again(folder: Folder, what: str) -> None:
    folder.python("python3", NEW)
    folder.set_up()
    venv = folder.root / ".venv"
    match what:
        case "moved":
            folder.root = folder.root.rename(folder.root.with_name("moved here"))
        case "unfinished":  # broken off while it installed
            (venv / "unfinished").touch()
        case "no uv":  # broken off before
            (venv / "bin" / "uv").unlink()
        case "older Python":
            (venv / "bin" / "python").write_text(OLD)
    code, said = folder.set_up()
    assert code == 0, said
    assert "is unfinished, of another folder or of an older Python" in said
    assert folder.installed == 2
    assert folder.set_up() == (0, "")
