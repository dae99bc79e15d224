"""What becomes of Mautic's data: in its own time, by the tests' hand, and by the thousand."""

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox.mautic_ask import Client, Json, where


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


def stat(client: Client, id_: int) -> Json:
    (row,) = client.stats(**where(("id", "eq", id_)))
    return row


def test_mail_changes_after_it_was_sent(sandbox: Sandbox, client: Client) -> None:
    store = sandbox.mautic.store
    store.travel("2025-12-05 00:00:00")
    early = {row["id"]: row for row in client.stats()}
    store.travel("2025-12-09 00:00:00")
    later = {row["id"]: row for row in client.stats()}
    assert early.keys() < later.keys()
    changed = [id_ for id_ in early if early[id_] != later[id_]]
    assert changed
    assert all(
        max(later[id_]["date_read"] or "", later[id_]["last_opened"] or "") > "2025-12-05"
        or later[id_]["is_failed"] == "1"
        for id_ in changed
    )
    assert all(row["date_read"] is None for row in early.values() if row["is_read"] == "0")
    assert len(client.contacts()) < 822
    store.travel(None)
    assert len(client.stats()) == 2688


def test_a_sent_email_is_opened_clicked_and_left(sandbox: Sandbox, client: Client) -> None:
    store = sandbox.mautic.store
    hits, silences = len(client.stats("page_hits")), len(client.stats("lead_donotcontact"))
    id_ = store.send(9, 1, "2025-12-18 10:00:00")
    sent = stat(client, id_)
    assert (sent["is_read"], sent["open_count"], sent["list_id"]) == ("0", "0", "1")
    store.open(id_, "2025-12-18 11:00:00")
    store.open(id_, "2025-12-18 12:00:00")
    store.click(id_, "2025-12-18 12:01:00")
    store.unsubscribe(id_, "2025-12-18 12:02:00")
    read = stat(client, id_)
    assert (read["date_read"], read["last_opened"]) == (
        "2025-12-18 11:00:00",
        "2025-12-18 12:00:00",
    )
    assert (read["open_count"], read["is_failed"]) == ("2", "0")
    assert len(client.stats("page_hits")) == hits + 1
    assert len(client.stats("lead_donotcontact")) == silences + 1
    store.bounce(id_, "2025-12-18 12:03:00")
    assert stat(client, id_)["is_failed"] == "1"
    assert {s["reason"] for s in client.contacts()[1]["doNotContact"]} >= {1, 2}


def test_rows_are_added_edited_and_removed(sandbox: Sandbox, client: Client) -> None:
    store = sandbox.mautic.store
    new = store.add("contacts", firstname="Sandy", email="new@example.com")
    assert client.get(f"contacts/{new}")["contact"]["dateModified"] is None
    store.edit("contacts", new, "2025-12-19 10:00:00", city="Sampleville")
    edited = client.get(f"contacts/{new}")["contact"]
    assert edited["dateModified"] == "2025-12-19T10:00:00+00:00"
    assert edited["fields"]["all"]["city"] == "Sampleville"
    store.set("emails", 5, name="Renamed (sandbox)")
    assert client.get("emails/5")["email"]["name"] == "Renamed (sandbox)"
    store.remove("contacts")
    assert client.get("contacts") == {"total": "0", "contacts": {}}
    sandbox.mautic.reset()
    client.token = client.ask_token().json()["access_token"]
    assert len(client.contacts()) == 822


def test_a_removed_contact_leaves_its_mail(sandbox: Sandbox, client: Client) -> None:
    mine = [row["id"] for row in client.stats(**where(("lead_id", "eq", 3)))]
    sandbox.mautic.store.remove("contacts", 3)
    assert client.ask("contacts/3").status_code == 404
    assert all(stat(client, int(id_))["lead_id"] is None for id_ in mine)
    assert client.stats("lead_lists_leads", **where(("lead_id", "eq", 3))) == []


def test_contacts_join_and_leave_segments(sandbox: Sandbox, client: Client) -> None:
    sandbox.mautic.store.join(5, 1, "2025-12-18 10:00:00")
    assert "5" in client.get("contacts/1/segments")["lists"]
    sandbox.mautic.store.leave(5, 1)
    assert "5" not in client.get("contacts/1/segments")["lists"]
    (member,) = client.stats("lead_lists_leads", **where(("leadlist_id", "eq", 5)))
    assert member["manually_removed"] == "1"


def test_changes_from_another_process(sandbox: Sandbox, client: Client) -> None:
    url = sandbox.url("mautic").removesuffix("mautic") + "_sandbox/mautic/restate"
    body = {"verb": "open", "id": 1, "at": "2025-12-18 20:00:00"}
    assert requests.post(url, json=body, timeout=10).status_code == 200
    assert stat(client, 1)["last_opened"] == "2025-12-18 20:00:00"
    requests.post(url, json={"verb": "revoke"}, timeout=10)
    assert client.ask("contacts").status_code == 401
    for wrong in ({"verb": "burn"}, {"verb": "open", "id": 0, "at": "x"}, {"verb": "set"}):
        assert requests.post(url, json=wrong, timeout=10).status_code == 400


def test_two_hundred_pages_with_one_token(sandbox: Sandbox, client: Client) -> None:
    sandbox.mautic.store.fill(email_stats=20_000)
    ids: list[int] = []
    while page := client.stats(start=len(ids), limit=100, **{"order[0][col]": "id"}):
        ids += [int(row["id"]) for row in page]
    assert ids == list(range(1, 20_001))
    assert sandbox.mautic.token_calls == 1
    assert len(sandbox.mautic.requests) == 1 + 200 + 1


def test_a_pile_has_ties_and_its_own_people(sandbox: Sandbox, client: Client) -> None:
    sandbox.mautic.store.fill(contacts=1_000, email_stats=3_000)
    rows = client.stats(**where(("id", "gt", 2_688)))
    assert len(client.contacts()) == 1_000
    assert len(rows) == 312
    assert len({row["date_sent"] for row in rows}) < 12
