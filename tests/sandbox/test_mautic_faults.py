"""Each fault of Mautic does what sandbox/mautic/faults.py says; one without a check here fails."""

from collections.abc import Callable

import pytest
import requests

from sandbox.mautic.faults import MAUTIC_FAULTS
from sandbox.mautic.service import Mautic
from sandbox.server import Sandbox
from tests.sandbox import fault_checks
from tests.sandbox.mautic_ask import Client, where

Check = Callable[[Mautic, Client], None]


def server_error_page(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("server_error_page")
    answer = client.ask("emails")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (504, "text/html")


def invalid_key(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("invalid_key", times=1)
    refused = client.ask("emails")
    assert (refused.status_code, refused.json()["errors"][0]["type"]) == (401, "invalid_grant")
    assert client.ask("emails").status_code == 200


def error_in_200(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("error_in_200", message="Out of luck")
    assert client.get("stats/email_stats") == {"errors": [{"message": "Out of luck", "code": 0}]}
    assert client.ask_token().ok


def list_in_200(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("list_in_200")
    assert client.ask("contacts").json() == ["x"]


def empty_day(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("empty_day", date="2025-12-09")
    days = {row["date_sent"] for row in client.stats()}
    assert not any("2025-12-09 05" <= day < "2025-12-10 05" for day in days)
    assert any("2025-12-10 05" <= day < "2025-12-11 05" for day in days)
    assert len(client.stats()) < 2200, "the letter of 23:50 is not there"


def empty_all(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("empty_all")
    assert client.get("contacts") == {"total": "0", "contacts": {}}
    assert client.get("segments") == {"total": 0, "lists": []}
    assert client.get("stats/email_stats") == {"total": "0", "stats": []}


def client_refused(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("client_refused", times=1)
    assert [client.ask_token().status_code for _ in range(2)] == [400, 200]


def token_short(mautic: Mautic, client: Client) -> None:
    mautic.clock = lambda: 0.0
    mautic.faults.on("token_short", seconds=5)
    assert client.ask_token().json()["expires_in"] == 5
    assert client.ask("emails").ok
    mautic.clock = lambda: 5.0
    assert client.ask("emails").status_code == 401


def token_dies_early(mautic: Mautic, client: Client) -> None:
    mautic.clock = lambda: 0.0
    mautic.faults.on("token_dies_early", seconds=5)
    assert client.ask_token().json()["expires_in"] == 3600
    assert client.ask("emails").ok
    mautic.clock = lambda: 5.0
    assert client.ask("emails").status_code == 401


def token_without_lifetime(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("token_without_lifetime")
    assert "expires_in" not in client.ask_token().json()


def token_absent(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("token_absent")
    assert "access_token" not in client.ask_token().json()


def token_revoked(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("token_revoked", after=1, times=1)
    assert [client.ask("emails").status_code for _ in range(3)] == [200, 401, 401]
    client.token = client.ask_token().json()["access_token"]
    assert client.ask("emails").ok


def header_stripped(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("header_stripped")
    assert client.ask("emails").status_code == 401
    assert client.ask("emails", access_token=client.token).ok


def api_disabled(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("api_disabled")
    refused = client.ask("emails")
    assert (refused.status_code, refused.json()["errors"][0]["type"]) == (403, "api_disabled")


def no_permission(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("no_permission", path="/api/campaigns")
    assert (client.ask("emails").status_code, client.ask("campaigns").status_code) == (200, 403)
    (error,) = client.ask("campaigns").json()["errors"]
    assert error["message"] == "You do not have access to the requested area/action."


def old_error_shape(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("old_error_shape")
    assert client.ask("emails/999").json() == {
        "error": {"code": 404, "message": "Item was not found."}
    }


def total_off(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("total_off", delta=-3)
    assert client.get("contacts")["total"] == "819"


def total_absent(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("total_absent")
    assert set(client.get("contacts")) == {"contacts"}


def other_totals(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("other_totals")
    assert (client.get("contacts")["total"], client.get("emails")["total"]) == (822, "10")
    assert client.get("stats/email_stats")["total"] == 2688


def body_as_list(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("body_as_list")
    assert [row["id"] for row in client.get("emails", orderBy="id", limit=2)["emails"]] == [1, 2]


def other_empties(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("other_empties")
    nothing = where(("id", "eq", 0))
    assert client.get("contacts", **nothing)["contacts"] == []
    assert client.get("emails", **nothing)["emails"] == {}
    assert len(client.contacts()) == 822


def body_absent(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("body_absent")
    assert set(client.get("contacts")) == set(client.get("stats/email_stats")) == {"total"}


def body_null(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("body_null")
    assert client.get("contacts")["contacts"] is client.get("segments")["lists"] is None


def page_capped(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("page_capped", rows=7)
    assert (len(client.contacts()), len(client.stats())) == (7, 7)


def start_ignored(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("start_ignored")
    assert client.stats(limit=5, start=5) == client.stats(limit=5)


def overlapping_pages(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("overlapping_pages", rows=2)
    assert [int(row["id"]) for row in client.stats(limit=3, start=3)] == [2, 3, 4]


def row_vanishes(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("row_vanishes", after=1, times=1)
    pages = [list(client.contacts(limit=3, start=start)) for start in (0, 3)]
    assert pages == [[1, 2, 3], [5, 6, 7]], "4 has moved to a page that was read"


def where_ignored(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("where_ignored")
    assert len(client.contacts(**where(("id", "eq", 3)))) == 822


def order_ignored(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("order_ignored")
    assert list(client.contacts()) != sorted(client.contacts())


def bad_id(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("bad_id", value="n/a", rows=2)
    assert [row["id"] for row in client.stats(limit=3)] == ["n/a", "n/a", "3"]
    assert [row["id"] for row in client.contacts(limit=3).values()] == ["n/a", "n/a", 3]


def bad_value(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("bad_value")
    assert client.stats(limit=1)[0]["date_sent"] == "n/a"
    mautic.faults.on("bad_value", column="email", value=7)
    assert client.contacts()[1]["fields"]["all"]["email"] == 7


def column_absent(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("column_absent", column="tracking_hash")
    assert not any("tracking_hash" in row for row in client.stats())


def column_added(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("column_added")
    assert {row["new_in_mautic_7"] for row in client.stats()} == {"1"}


def table_unknown(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("table_unknown")
    assert set(client.get("stats/email_stats")) == {"availableTables", "tableColumns"}


def typed_stats(mautic: Mautic, client: Client) -> None:
    mautic.faults.on("typed_stats")
    body = client.get("stats/email_stats", limit=1)
    assert (body["total"], body["stats"][0]["id"], body["stats"][0]["retry_count"]) == (2688, 1, 0)


OWN: dict[str, Check] = {
    check.__name__: check
    for check in (
        server_error_page, invalid_key, error_in_200, list_in_200, empty_day, empty_all,
        client_refused, token_short, token_dies_early, token_without_lifetime, token_absent,
        token_revoked, header_stripped, api_disabled, no_permission, old_error_shape, total_off,
        total_absent, other_totals, body_as_list, other_empties, body_absent, body_null,
        page_capped, start_ignored, overlapping_pages, row_vanishes, where_ignored, order_ignored,
        bad_id, bad_value, column_absent, column_added, table_unknown, typed_stats,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", [fault.name for fault in MAUTIC_FAULTS])
def test_fault(sandbox: Sandbox, name: str) -> None:
    client = Client(sandbox)
    if name in OWN:
        OWN[name](sandbox.mautic, client)
        return
    assert client.token

    def ask() -> requests.Response:
        return client.ask("stats/email_stats", limit=3)

    fault_checks.CHECKS[name](sandbox.mautic, ask)


def test_a_fault_may_touch_the_tokens_instead(sandbox: Sandbox) -> None:
    client = Client(sandbox)
    sandbox.mautic.faults.on("server_error", path="/oauth/", times=1)
    assert [client.ask_token().status_code for _ in range(2)] == [502, 200]
    sandbox.mautic.faults.on("html", path="/oauth/")
    assert client.ask_token().headers["Content-Type"].startswith("text/html")
