"""Where the Postgres of `--target prod` is: one address for dlt, plain SQL and dbt.

libpq's variables (PGHOST and so on) win. Where none of them is set, it is dlt's own entry, in
.dlt/secrets.toml or the environment:

    [destination.postgres]
    credentials = "postgresql://user:password@host:5432/database?sslmode=require"

or the same in parts, under [destination.postgres.credentials]. It is taken as a whole: no part of
one place is joined to a part of the other. No message shows any of it, as it holds a password.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from loaders.redaction import conceal, secrets_of
from signalroom.config.config_file import load

NEEDED = ("PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE")
ENTRY = "[destination.postgres] credentials"
IN_ENVIRON = "DESTINATION__POSTGRES__CREDENTIALS"
# a password may hold what an address means something by: the last @ is the one before the host
ADDRESS = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://(?P<username>[^:@/?]*)(?::(?P<password>.*))?@"
    r"(?P<host>\[[^]@]*]|[^]\[@:/?]*)(?::(?P<port>\d*))?/(?P<database>[^/?@]*)(?:\?(?P<query>[^@]*))?"
)
PARTS = {
    "username": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "database": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "channel_binding": "PGCHANNELBINDING",
}
# how long to wait and what to be called is settled for every address
SETTLED = {"drivername", "connect_timeout", "application_name", "client_encoding"}


def variables(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """libpq's variables, from wherever they come; those that are nowhere set are left out.

    ValueError says what is wrong with dlt's entry.
    """
    ours = {name: environ[name] for name in PARTS.values() if environ.get(name)}
    if not ours.keys() & set(NEEDED):
        ours = _of_parts(_entry(root, environ)) or ours
    conceal(*secrets_of(ours))
    for name, value in ours.items():
        if name != "PGPASSWORD" and "://" in value:
            raise ValueError(f"{name} is a whole address; write its parts into PGHOST, PGUSER …")
    return ours


def _entry(root: Path, environ: Mapping[str, str]) -> dict[str, object]:
    """The parts of dlt's entry; what the environment says comes first, as it does for dlt."""
    credentials: object = environ.get(IN_ENVIRON)
    path = root / ".dlt" / "secrets.toml"
    if not credentials and path.is_file():
        found: object = load(path)
        for name in ("destination", "postgres", "credentials"):
            found = found.get(name) if isinstance(found, dict) else None
        credentials = found
    parts = _parts(credentials) if isinstance(credentials, str) else credentials or {}
    if not isinstance(parts, dict):
        raise ValueError(f"{ENTRY} must be an address or a table")
    named = {name: environ.get(f"{IN_ENVIRON}__{name.upper()}") for name in PARTS}
    return parts | {name: value for name, value in named.items() if value}


def _parts(address: str) -> dict[str, object]:
    found = ADDRESS.fullmatch(address.strip())
    if found is None:
        raise ValueError(
            f"{ENTRY} is not of the form postgresql://user:password@host:5432/database"
        )
    parts: dict[str, object] = {
        name: unquote(text) for name, text in found.groupdict().items() if text and name != "query"
    }
    return parts | {"query": dict(parse_qsl(found["query"] or ""))}


def _of_parts(parts: Mapping[str, object]) -> dict[str, str]:
    query = parts.get("query") or {}
    flat = {**parts, **(query if isinstance(query, dict) else {})}
    flat.pop("query", None)
    if unknown := sorted(set(flat) - set(PARTS) - SETTLED):
        raise ValueError(f"{ENTRY}: {', '.join(unknown)} is not known here; take it out")
    named = {PARTS[name]: str(value).strip("[]") for name, value in flat.items() if name in PARTS}
    return {name: value for name, value in named.items() if value}
