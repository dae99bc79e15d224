"""The schedules of docs/schedules.md as systemd reads them, over both changes of clocks of 2026."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs/schedules.md"
UNIT = re.compile(
    r"/etc/systemd/system/([\w.-]+)`(?:(?!```|/etc/systemd).)*?```ini\n(.+?)```", re.DOTALL
)

pytestmark = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="there is no systemd-analyze"
)


def analyze(*arguments: str) -> str:
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        env={"PATH": os.environ["PATH"], "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def units() -> dict[str, str]:
    """The files of the page, and the one that it describes by another."""
    found = dict(UNIT.findall(PAGE.read_text()))
    hourly = found["signalroom.service"].replace("signalroom run", "signalroom run hourly")
    return found | {"signalroom-hourly.service": hourly}


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    assert set(units()) == {
        f"signalroom{which}.{kind}" for which in ("", "-hourly") for kind in ("service", "timer")
    }
    program = tmp_path / "signalroom"
    program.touch(mode=0o755)
    for name, text in units().items():
        there = text.replace("/srv/signalroom/.venv/bin/signalroom", str(program))
        (tmp_path / name).write_text(there.replace("User=signalroom", "User=root"))
    said = analyze("verify", *(str(tmp_path / name) for name in units()))
    assert not [line for line in said.splitlines() if str(tmp_path) in line], said


@pytest.mark.parametrize(
    ("change", "hours"),
    [("2026-03-07", ["12:00", "11:00", "11:00"]), ("2026-10-31", ["11:00", "12:00", "12:00"])],
)
def test_the_morning_is_at_seven_on_both_changes_of_the_clocks(
    change: str, hours: list[str]
) -> None:
    first, _ = re.findall(r"OnCalendar=(.+)", units()["signalroom.timer"])
    said = analyze("calendar", first, "--iterations=7", f"--base-time={change} 00:00 UTC")
    starts = re.findall(r"\d{4}-\d\d-\d\d (\d\d:\d\d):\d\d UTC", said)
    assert starts[::3] == hours


def test_an_hour_is_an_hour_on_both_changes_of_the_clocks() -> None:
    (hourly,) = re.findall(r"OnCalendar=(.+)", units()["signalroom-hourly.timer"])
    for change in ("2026-03-08", "2026-11-01"):
        said = analyze("calendar", hourly, "--iterations=24", f"--base-time={change} 00:00 UTC")
        starts = re.findall(rf"{change} (\d\d):20:00 UTC", said)
        assert starts == [f"{hour:02}" for hour in range(24)]
