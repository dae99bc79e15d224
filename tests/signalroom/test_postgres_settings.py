"""Where --target prod is: libpq's variables, else dlt's own entry, as one address for everybody."""

from pathlib import Path

import pytest

from loaders.warehouse import MANNERS
from signalroom.config.settings import NotConfigured, Settings
from tests.support import Project, on_postgres

PLACES = (
    'destination.postgres.credentials = "{}"',
    '[destination.postgres]\ncredentials = "{}"',
)
TABLE = """
[destination.postgres.credentials]
database = "d"
username = "u.project"
password = "p@/%s"
host = "db.example"
port = 6432
connect_timeout = 15
"""
WHOLE = "postgresql://u.project:p%40%2F%25s@db.example:6432/d?sslmode={}&" + MANNERS
# as an address is written -> as it is used
ADDRESSES = {
    "postgresql://u.project:p%40%2F%25s@db.example:6432/d": WHOLE.format("require"),
    "postgres://u.project:p%40%2F%25s@db.example:6432/d?sslmode=disable": WHOLE.format("disable"),
    "postgresql+psycopg2://u.project:p@/%s@db.example:6432/d": WHOLE.format("require"),
    "postgresql://u:a?b#c:d@db.example/d?sslmode=verify-full&connect_timeout=15": (
        f"postgresql://u:a%3Fb%23c%3Ad@db.example:5432/d?sslmode=verify-full&{MANNERS}"
    ),
    "postgresql://u:p@[::1]:5433/d?sslmode=disable": (
        f"postgresql://u:p@[::1]:5433/d?sslmode=disable&{MANNERS}"
    ),
    "postgresql://u:p@/d?host=/var/run/pg&sslmode=disable": (
        f"postgresql://u:p@localhost:5432/d?host=/var/run/pg&sslmode=disable&{MANNERS}"
    ),
    "postgresql://u:p@h/d?sslmode=verify-ca&sslrootcert=/etc/ca.pem&channel_binding=require": (
        "postgresql://u:p@h:5432/d?sslmode=verify-ca&sslrootcert=/etc/ca.pem"
        f"&channel_binding=require&{MANNERS}"
    ),
}


def settings(root: Path, secrets: str, **environ: str) -> Settings:
    (root / ".dlt").mkdir(exist_ok=True)
    (root / ".dlt" / "secrets.toml").write_text(secrets)
    return Settings(root, environ)


def url(of: Settings) -> str:
    address: str = of.warehouse("prod").url()  # type: ignore[attr-defined]  # it is Postgres
    return address


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_taken_as_it_is_written(tmp_path: Path, address: str) -> None:
    for place in PLACES:
        assert url(settings(tmp_path, place.format(address))) == ADDRESSES[address]
    in_environ = settings(tmp_path, "", DESTINATION__POSTGRES__CREDENTIALS=address)
    assert url(in_environ) == ADDRESSES[address]


def test_so_are_its_parts(tmp_path: Path) -> None:
    assert url(settings(tmp_path, TABLE)) == WHOLE.format("require")
    with_query = TABLE + '[destination.postgres.credentials.query]\nsslmode = "disable"\n'
    assert url(settings(tmp_path, with_query)) == WHOLE.format("disable")
    of_environ = {"DESTINATION__POSTGRES__CREDENTIALS__PASSWORD": "other"}
    assert "u.project:other@db.example" in url(settings(tmp_path, TABLE, **of_environ))


def test_libpqs_variables_win_as_a_whole(tmp_path: Path) -> None:
    ours = {"PGHOST": "h", "PGUSER": "u", "PGPASSWORD": "p", "PGDATABASE": "d"}
    assert url(settings(tmp_path, TABLE, **ours)).startswith("postgresql://u:p@h:5432/d?")
    del ours["PGPASSWORD"]  # that of another server is not sent to this one
    with pytest.raises(NotConfigured, match=r"^PGPASSWORD not set"):
        url(settings(tmp_path, TABLE, **ours))
    # the two that .env.example fills in name no server
    defaults = {"PGPORT": "5432", "PGSSLMODE": "require"}
    assert url(settings(tmp_path, TABLE, **defaults)) == WHOLE.format("require")


def test_dbt_is_told_the_same(tmp_path: Path) -> None:
    told = settings(tmp_path, TABLE, PGPORT="5432").dbt_environ()
    assert {name: told[name] for name in sorted(told) if name.startswith("PG")} == {
        "PGDATABASE": "d",
        "PGHOST": "db.example",
        "PGPASSWORD": "p@/%s",
        "PGPORT": "6432",
        "PGUSER": "u.project",
    }


@pytest.mark.parametrize(
    ("secrets", "says"),
    [
        (
            'credentials = "postgresql://u:geheim@h"',
            "is not of the form postgresql://user:password",
        ),
        ('credentials = "mysql://u:geheim@h/d"', "is not of the form postgresql://user:password"),
        ('credentials = "postgresql://u:geheim@h/d?pgbouncer=true"', "pgbouncer is not known here"),
        ('credentials = ["geheim"]', "must be an address or a table"),
        ('credentials = "geheim', "is not valid TOML"),
    ],
)
def test_what_cannot_be_right_is_said_without_the_secret(
    tmp_path: Path, secrets: str, says: str
) -> None:
    with pytest.raises(Exception, match=says) as refused:
        url(settings(tmp_path, f"[destination.postgres]\n{secrets}\n"))
    assert "geheim" not in str(refused.value)


@on_postgres
def test_a_load_finds_its_warehouse_by_dlts_entry(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.database is not None
    server = project.database.server
    for name in project.database.environ:
        monkeypatch.delenv(name)
        del project.environ[name]
    (project.root / ".dlt" / "secrets.toml").write_text(
        "[destination.postgres]\n"
        f'credentials = "postgresql://{server.superuser}:{server.password}@127.0.0.1:{server.port}'
        f'/{project.database.name}?sslmode=disable"\n'
    )
    result = project.run("load", "everflow", "--end-date", "2025-12-01")
    assert result.exit_code == 0, result.output
    assert project.raw("everflow")
