"""Setting up .venv (.ci/setup) with stubs in place of Python and of what it installs."""

import hashlib
import io
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("bash", "cat", "chmod", "cmp", "dirname", "grep", "ln", "mkdir", "rm")
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
OLD = "#!/bin/bash\nexit 1\n"
# Answers as `-c` and `--version` do, and makes a .venv whose pip makes a uv that keeps a log. Each
# kills the set-up in the midst of its work where a file asks for it.
NEW = """#!/bin/bash
case "$*" in
  --version) echo Python 3.99 ;;
  "-m venv .venv")
    mkdir -p .venv/bin
    echo "command = $0 -m venv $PWD/.venv" > .venv/pyvenv.cfg
    printf '#!/bin/bash\\nexit 0\\n' > .venv/bin/python
    [[ ! -e kill-at-venv ]] || kill -9 $PPID
    cat > .venv/bin/pip <<'PIP'
#!/bin/bash
echo "pip $*" >> log
cat > .venv/bin/uv <<'UV'
#!/bin/bash
echo "uv $*" >> log
[[ ! -e kill-at-requirements || "$*" != *"-r requirements.txt" ]] || kill -9 $PPID
[[ ! -e kill-at-ourselves || "$*" != *"-e ." ]] || kill -9 $PPID
UV
chmod +x .venv/bin/uv
[[ ! -e kill-at-pip ]] || kill -9 $PPID
PIP
    chmod +x .venv/bin/*
esac
"""
# The Python and the uv of these tests, in a .venv without pip.
UV = Path(sys.executable).with_name("uv")
REAL = f"""#!/bin/bash
case "$*" in
  --version) echo Python 3.99 ;;
  "-m venv .venv")
    {sys.executable} -m venv --without-pip .venv
    printf '#!/bin/bash\\nln -s {UV} .venv/bin/uv\\n' > .venv/bin/pip
    chmod +x .venv/bin/pip
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

    def set_up(self, requirements: str = "requirements.txt", **environ: str) -> tuple[int, str]:
        done = subprocess.run(
            [self.programs / "bash", self.root / ".ci" / "setup", requirements],
            env={"PATH": str(self.programs)} | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    @property
    def log(self) -> str:
        path = self.root / "log"
        return path.read_text() if path.exists() else ""

    @property
    def installed(self) -> int:
        """How often something was installed."""
        return self.log.count("-r requirements.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "a project", tmp_path / "bin")
    (made.root / ".ci").mkdir(parents=True)
    made.programs.mkdir()
    shutil.copy(ROOT / ".ci" / "setup", made.root / ".ci")
    for tool in TOOLS:
        (made.programs / tool).symlink_to(str(shutil.which(tool)))
    names = ("requirements-setup.txt", "requirements.txt", "requirements-dev.txt", "pyproject.toml")
    for name in names:
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


@pytest.mark.parametrize("name", ["requirements-setup.txt", "requirements.txt", "pyproject.toml"])
def test_what_changed_is_installed_into_the_same_venv(folder: Folder, name: str) -> None:
    folder.python("python3", NEW)
    folder.set_up()
    (folder.root / name).write_text("others")
    assert folder.set_up() == (0, "")
    assert folder.installed == 2


def test_what_developing_needs_is_enough_for_the_others(folder: Folder) -> None:
    folder.python("python3", NEW)
    folder.set_up("requirements-dev.txt")
    assert folder.set_up() == (0, "")
    assert folder.installed == 0


def test_what_another_set_may_have_changed_is_not_taken_for_done(folder: Folder) -> None:
    """As when a branch with other pins was tried in between."""
    folder.python("python3", NEW)
    folder.set_up("requirements-dev.txt")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder.root / name).write_text("of a branch")
    folder.set_up("requirements.txt")
    (folder.root / "requirements-dev.txt").write_text("requirements-dev.txt")
    folder.set_up("requirements-dev.txt")
    assert folder.log.count("-r requirements-dev.txt") == 2


@pytest.mark.parametrize("what", ["moved", "older Python"])
def test_a_venv_that_cannot_be_used_is_made_again(folder: Folder, what: str) -> None:
    folder.python("python3", NEW)
    folder.set_up()
    match what:
        case "moved":
            folder.root = folder.root.rename(folder.root.with_name("moved here"))
        case "older Python":
            (folder.root / ".venv" / "bin" / "python").write_text(OLD)
    code, said = folder.set_up()
    assert code == 0, said
    assert "is unfinished, of another folder or of an older Python" in said
    assert folder.installed == 2
    assert folder.set_up() == (0, "")


@pytest.mark.parametrize("place", ["venv", "pip", "requirements", "ourselves"])
@pytest.mark.parametrize("again", [False, True], ids=["the first", "a later one"])
def test_a_set_up_that_was_killed_is_made_good(folder: Folder, place: str, again: bool) -> None:
    folder.python("python3", NEW)
    if again:
        folder.set_up()
        (folder.root / "requirements.txt").write_text("others")
        if place == "venv":
            (folder.root / ".venv" / "bin" / "python").write_text(OLD)
    (folder.root / f"kill-at-{place}").touch()
    assert folder.set_up()[0] == -signal.SIGKILL
    (folder.root / f"kill-at-{place}").unlink()
    before = folder.installed
    code, said = folder.set_up()
    assert code == 0, said
    assert "Making .venv with python3" in said
    assert folder.installed == before + 1
    assert folder.set_up() == (0, "")


def test_uv_itself_is_held_against_its_hash(folder: Folder) -> None:
    folder.python("python3", NEW)
    folder.set_up()
    (pip,) = (line for line in folder.log.splitlines() if line.startswith("pip "))
    assert pip.endswith(" --require-hashes --only-binary :all: -r requirements-setup.txt")


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("as pinned", ""),
        ("another wheel", "Hash mismatch for `thing==1.0`"),
        ("no hash", "must have a hash, but none were provided for: thing==1.0"),
        ("source alone", "building from source is disabled"),
    ],
)
def test_only_wheels_whose_hash_stands_there_are_installed(
    folder: Folder, tmp_path: Path, what: str, why: str
) -> None:
    """And we ourselves without the network, by what uv has built in."""
    folder.python("python3", REAL)
    shutil.copy(ROOT / "pyproject.toml", folder.root)
    (folder.root / "README.md").touch()
    for package in ("loaders", "signalroom", "sandbox"):
        (folder.root / package).mkdir()
        (folder.root / package / "__init__.py").touch()
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    there = _source(shelf) if what == "source alone" else _wheel(shelf, "pass")
    pinned = hashlib.sha256(there.read_bytes()).hexdigest()
    if what == "another wheel":
        _wheel(shelf, "print('not what was pinned')")
    line = "thing==1.0" if what == "no hash" else f"thing==1.0 --hash=sha256:{pinned}"
    (folder.root / "requirements.txt").write_text(line)
    code, said = folder.set_up(
        UV_OFFLINE="1", UV_FIND_LINKS=str(shelf), UV_CACHE_DIR=str(tmp_path / "cache")
    )
    assert why in " ".join(said.split())
    assert (code == 0) is (not why)
    installed = {path.name for path in folder.root.glob(".venv/lib/*/site-packages/*.dist-info")}
    assert installed == (set() if why else {"thing-1.0.dist-info", "signalroom-0.1.0.dist-info"})


def _wheel(shelf: Path, code: str) -> Path:
    path = shelf / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thing.py", code)
        archive.writestr(
            "thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"
        )
        archive.writestr(
            "thing-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("thing-1.0.dist-info/RECORD", "")
    return path


def _source(shelf: Path) -> Path:
    path = shelf / "thing-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        text = b"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"
        entry = tarfile.TarInfo("thing-1.0/PKG-INFO")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return path


def pins(path: Path) -> dict[str, str]:
    """Each requirement of a file with what stands behind its name."""
    text = path.read_text().replace("\\\n", " ")
    return dict(re.split(r"(?===)", line, maxsplit=1) for line in text.splitlines())


def test_every_requirement_is_pinned_with_hashes_and_names_no_index() -> None:
    assert len(REQUIREMENTS) == 6
    for path in REQUIREMENTS:
        assert "://" not in path.read_text()
        for name, pinned in pins(path).items():
            assert re.fullmatch(
                r"==[^\s;]+( ; [^-]+)?(\s+--hash=sha256:[0-9a-f]{64})+", pinned.rstrip()
            ), f"{path.name}: {name}"


def test_what_is_tested_is_what_production_runs() -> None:
    developed = pins(ROOT / "requirements-dev.txt")
    for name in ("requirements.txt", "requirements-api.txt", "requirements-sandbox.txt"):
        for package, pinned in pins(ROOT / name).items():
            version, *hashes = re.sub(r" ; .*?(?=\s--|$)", "", pinned).split()
            assert developed[package].startswith(f"{version} "), f"{name}: {package}"
            assert set(hashes) == set(re.findall(r"--hash=\S+", developed[package]))
