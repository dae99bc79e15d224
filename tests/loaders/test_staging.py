"""What lands is there once: dlt's staging holds no second copy of people's data."""

import pytest

from sandbox.server import Sandbox
from tests.support import Project, on_both_targets

LANDED = "mautic.contacts"
COPY = "mautic_staging.contacts"


@on_both_targets
def test_a_load_leaves_no_second_copy(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.environ("mautic").items():
        monkeypatch.setenv(name, value)
    assert project.run("load", "mautic").exit_code == 0
    assert project.query(f"select count(*) > 0 from {LANDED}") == [(True,)]
    assert project.query(f"select count(*) from {COPY}") == [(0,)]

    project.execute(f"insert into {COPY} select * from {LANDED}")  # by an earlier release
    assert project.run("load", "everflow").exit_code == 0
    assert project.query(f"select count(*) from {COPY}") == [(0,)]
