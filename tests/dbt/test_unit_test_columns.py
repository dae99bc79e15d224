"""The check of lint that dbt lacks: rows of a unit test must name the columns of their table."""

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECK = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "unit_test_columns.py"))
complaints: Callable[[Path], Iterator[str]] = CHECK["complaints"]

SOUND = """
unit_tests:
  - name: fct_days__sum
    given:
      - input: ref('a')
        rows: []
      - input: ref('b')
        format: csv
        rows: |
          day,clicks
          1,"1,5"
          2,
    expect:
      format: dict
      rows:
        - {day: 1, clicks: 2}
        - {day: 2, clicks: null}
"""


def test_a_sound_file_passes(tmp_path: Path) -> None:
    assert _checked(tmp_path, SOUND) == []


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("{day: 2, clicks: null}", "{clicks: null, day: 2}"),
        ("{day: 2, clicks: null}", "{day: 2}"),
        ("{day: 2, clicks: null}", "{day: 2, clicks: null, cost: 1}"),
        ('1,"1,5"', "1,1,5"),
        ("          2,\n", "          2\n"),
        ("day,clicks", "day,day"),
        ("format: csv", "format: sql"),
    ],
    ids=["order", "missing", "more", "comma", "short", "twice", "format"],
)
def test_a_bad_row_is_refused(tmp_path: Path, sound: str, broken: str) -> None:
    assert sound in SOUND
    (complaint,) = _checked(tmp_path, SOUND.replace(sound, broken, 1))[:1]
    assert complaint.startswith("marts/_days__unit_tests.yml: fct_days__sum: ")


def _checked(models: Path, text: str) -> list[str]:
    (models / "marts").mkdir()
    (models / "marts" / "_days__unit_tests.yml").write_text(text)
    return list(complaints(models))
