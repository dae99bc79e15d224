"""How the tests ask the sandbox's Mautic: with a token, as a loader would."""

from functools import cached_property
from typing import Any

import requests

from sandbox.mautic.auth import secret_of
from sandbox.server import Sandbox

Json = dict[str, Any]


class Client:
    """One account's access, which fetches its token once."""

    def __init__(self, sandbox: Sandbox, account: str = "713") -> None:
        self.url = sandbox.url("mautic")
        self.client_id = f"sandbox-mautic-{account}"

    @cached_property
    def token(self) -> str:
        body: Json = self.ask_token().json()
        return str(body["access_token"])

    def ask_token(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": secret_of(self.client_id),
        }
        return requests.post(f"{self.url}/oauth/v2/token", data=form | changes, timeout=10)

    def ask(self, path: str, **params: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.get(
            f"{self.url}/api/{path}",
            params={name: str(value) for name, value in params.items()},
            headers=headers,
            timeout=10,
        )

    def get(self, path: str, **params: object) -> Json:
        answer = self.ask(path, **params)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    def stats(self, table: str = "email_stats", /, **params: object) -> list[Json]:
        """All rows of a table that meet the parameters, in one answer."""
        rows: list[Json] = self.get(f"stats/{table}", **({"limit": 100_000} | params))["stats"]
        return rows

    def contacts(self, **params: object) -> dict[int, Json]:
        body = self.get("contacts", **({"limit": 100_000, "orderBy": "id"} | params))
        return {int(id_): row for id_, row in body["contacts"].items()}


def where(*clauses: tuple[str, str, object], either: bool = False) -> dict[str, object]:
    """Clauses as query parameters; `either`: one of them is enough."""
    params: dict[str, object] = {"where[0][expr]": "orX"} if either else {}
    for n, (column, expr, value) in enumerate(clauses):
        stem = f"where[0][val][{n}]" if either else f"where[{n}]"
        params |= {f"{stem}[col]": column, f"{stem}[expr]": expr, f"{stem}[val]": value}
    return params
