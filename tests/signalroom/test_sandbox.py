"""`signalroom sandbox`: the .env that points the command at it."""

from pathlib import Path

import click
import pytest

from loaders.registry import SOURCES
from sandbox.server import Sandbox
from signalroom.commands.sandbox import env_block, write
from signalroom.config.clients import select_clients
from signalroom.config.settings import Settings
from tests.support import Project


def test_with_the_block_in_env_every_source_is_configured(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in project.environ:
        monkeypatch.delenv(name)
    path = project.root / ".env"
    write(path, env_block(sandbox))
    assert path.stat().st_mode & 0o777 == 0o600
    settings = Settings.of_this_process()
    assert settings.duckdb_path() == project.root / "sandbox.duckdb"
    (client,) = select_clients(settings.clients(), "713")
    for source in map(SOURCES.get, client.sources):
        assert source is not None
        variables = {setting.variable(source.name) for setting in source.settings}
        for name, value in sandbox.environ(source.name).items():
            assert settings.environ[name] == value
            assert name in variables
        assert settings.account(client, source).client_id == "713"
    assert project.run("load", "google_sheets").exit_code == 0


def test_an_env_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("EVERFLOW_API_KEY=real\n")
    with pytest.raises(click.ClickException, match="is there already and stays as it is"):
        write(path, "EVERFLOW_API_KEY=made\n")
    assert path.read_text() == "EVERFLOW_API_KEY=real\n"


def test_the_command_prints_the_block(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sandbox, "wait", lambda _: None)
    monkeypatch.chdir(project.root / "data")
    said = project.run("sandbox", "--port", "0", "--write-env").output
    assert (project.root / ".env").read_text() in said
    assert "EVERFLOW_API_KEY='sandbox-everflow-713'" in said
    again = project.run("sandbox", "--port", "0", "--write-env")
    assert (again.exit_code, again.output.startswith("Error: ")) == (1, True)
