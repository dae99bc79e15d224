"""How far a build is, from dbt's events."""

import json

import pytest

from signalroom import building


def event(name: str, msg: str = "", level: str = "info", **data: object) -> str:
    return json.dumps({"info": {"name": name, "level": level, "msg": msg}, "data": data}) + "\n"


BUILD = [
    event("FoundStats", "Found 2 models"),
    event("ConcurrencyLine", node_count=2),
    event("LogModelResult", "1 of 3 OK created", total=3),
    event(
        "LogTestResult",
        "2 of 3 FAIL 1 \x1b[31massert_spend_is_conserved\x1b[0m \x9b2J",
        "error",
        num_models=3,
        node_info={"node_name": "assert_spend_is_conserved"},
    ),
    event("JinjaLogInfo", "The build failed: the marts stay as they were."),
    "Traceback (most recent call last):\n",
    event("FinishedRunningStats", execution_time=2.4),
]


@pytest.mark.parametrize(("seconds", "progress"), [(0.0, True), (60.0, False)])
def test_progress_failures_and_what_is_no_event_are_printed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seconds: float,
    progress: bool,
) -> None:
    monkeypatch.setattr(building, "SECONDS_A_LINE", seconds)
    assert building.follow(BUILD) == {"assert_spend_is_conserved"}
    printed = capsys.readouterr().out.splitlines()
    moving = [line for line in printed if line.endswith("of 3 models, seeds and tests done")]
    assert [line.split()[0] for line in moving] == (["1", "2"] if progress else [])
    assert [line for line in printed if line not in moving] == [
        r"2 of 3 FAIL 1 assert_spend_is_conserved \x9b2J",
        "The build failed: the marts stay as they were.",
        "Traceback (most recent call last):",
        "    1 models and 0 seeds built, 1 tests run in 2 s",
    ]
