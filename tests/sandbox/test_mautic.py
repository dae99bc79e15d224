"""Mautic's protocol: tokens, lists, tables of stats, and what trips people."""

from typing import Any

import pytest
import requests

from sandbox.order_people import person
from sandbox.orders import DEMO, Feed
from sandbox.server import Sandbox
from tests.sandbox.mautic_ask import Client, where


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


def test_a_token_says_how_long_it_lives(sandbox: Sandbox, client: Client) -> None:
    body = client.ask_token().json()
    assert set(body) == {"access_token", "expires_in", "token_type", "scope"}
    assert (body["expires_in"], body["token_type"]) == (3600, "bearer")
    query = {"grant_type": "client_credentials", "client_id": client.client_id}
    secret = {"client_secret": f"{client.client_id}-secret"}
    url = f"{client.url}/oauth/v2/token"
    assert requests.get(url, params=query | secret, timeout=10).status_code == 200
    assert (sandbox.mautic.token_calls, sandbox.mautic.tokens.given) == (2, 2)


def test_wrong_credentials_are_400(sandbox: Sandbox, client: Client) -> None:
    refused = client.ask_token(client_secret="wrong")  # noqa: S106
    assert refused.status_code == 400
    assert refused.json() == {
        "errors": [
            {
                "message": "The client credentials are invalid",
                "code": 400,
                "type": "invalid_client",
            }
        ]
    }
    assert client.ask_token(grant_type="password").json()["errors"][0]["type"] == "invalid_request"
    assert (sandbox.mautic.token_calls, sandbox.mautic.tokens.given) == (2, 0)


def test_a_wrong_token_is_401(client: Client) -> None:
    client.token = "wrong"  # noqa: S105
    refused = client.ask("contacts")
    assert refused.status_code == 401
    assert refused.json() == {
        "errors": [
            {
                "message": "The access token provided is invalid.",
                "code": 401,
                "type": "invalid_grant",
            }
        ]
    }
    assert requests.get(f"{client.url}/api/contacts", timeout=10).status_code == 401


def test_tokens_expire_and_are_revoked(sandbox: Sandbox, client: Client) -> None:
    now = 1_000_000.0
    sandbox.mautic.clock = lambda: now
    sandbox.mautic.tokens.lifetime = 120
    assert client.ask("segments").status_code == 200
    now += 119
    assert client.ask("segments").status_code == 200
    now += 1
    expired = client.ask("segments")
    assert expired.status_code == 401
    assert "has expired" in expired.text
    client.token = client.ask_token().json()["access_token"]
    assert client.ask("segments").status_code == 200
    sandbox.mautic.tokens.revoke()
    assert client.ask("segments").status_code == 401


def test_the_token_may_stand_in_the_query(client: Client) -> None:
    params = {"access_token": client.token, "limit": "1"}
    assert requests.get(f"{client.url}/api/emails", params=params, timeout=10).status_code == 200


def test_totals_and_bodies_differ_by_list(client: Client) -> None:
    contacts, emails = client.get("contacts", limit=2), client.get("emails", limit=2)
    assert (contacts["total"], len(contacts["contacts"])) == ("822", 2)
    assert (emails["total"], len(emails["emails"])) == (10, 2)
    assert all(row["id"] == int(id_) for id_, row in emails["emails"].items())
    assert client.get("segments")["total"] == len(client.get("segments")["lists"]) == 5
    assert client.get("campaigns")["total"] == 3, "the deleted one is left out"


def test_empty_bodies(sandbox: Sandbox, client: Client) -> None:
    nothing = where(("id", "eq", 0))
    assert client.ask("contacts", **nothing).text.replace(" ", "") == '{"total":"0","contacts":{}}'
    assert client.get("emails", **nothing) == {"total": 0, "emails": []}
    assert Client(sandbox, "cti").get("campaigns") == {"total": 0, "campaigns": []}
    assert client.get("stats/email_stats", **nothing) == {"total": "0", "stats": []}


def test_accounts_do_not_mix(sandbox: Sandbox, client: Client) -> None:
    other = Client(sandbox, "cti")
    assert (len(other.contacts()), len(other.stats())) == (9, 18)
    ours, theirs = ({row["email_address"] for row in c.stats()} for c in (client, other))
    assert not ours & theirs


def test_a_contact(client: Client) -> None:
    row = client.contacts()[2]
    assert row["dateAdded"].endswith("+00:00")
    assert row["fields"]["social"] == [], "a group without fields is a list"
    assert row["fields"]["core"]["email"]["value"] == row["fields"]["all"]["email"]
    (alone,) = client.contacts(**where(("id", "eq", 2)), minimal=1).values()
    assert set(alone["fields"]) == {"all"}
    assert client.get("contacts/2")["contact"] == row
    assert client.ask("contacts/99999").status_code == 404
    anyone = client.contacts().values()
    assert {type(contact["ipAddresses"]) for contact in anyone} == {dict, list}
    assert any("&#38;" in str(contact["fields"]["all"]["company"]) for contact in anyone)
    assert {contact["dateModified"] is None for contact in anyone} == {True, False}
    silenced = [c["doNotContact"][0] for c in anyone if c["doNotContact"]]
    assert {(s["reason"], s["channel"]) for s in silenced} == {(1, "email"), (2, "email")}


def test_most_contacts_are_customers_of_the_order_files(client: Client) -> None:
    feed = Feed(DEMO)
    bought = {
        person(int(row["customer_id"]) - 1_000_000)["billing_email"]
        for day in feed.days
        for row in feed.created_on(day)
    }
    emails = [contact["fields"]["all"]["email"] for contact in client.contacts().values()]
    known = {email.lower() for email in emails if email}
    assert any(email != email.lower() for email in emails if email)
    assert len(known & bought) > 500
    assert len(known - bought) > 100
    assert len(bought - known) > 100


def test_pages_and_limits(client: Client) -> None:
    assert len(client.get("contacts")["contacts"]) == 30
    assert len(client.get("stats/email_stats")["stats"]) == 100
    paged: list[str] = []
    while page := client.get("contacts", start=len(paged), limit=300, orderBy="id")["contacts"]:
        paged += page
    assert paged == [str(id_) for id_ in range(1, 823)]


def test_the_usual_order_is_not_to_be_paged_by(client: Client) -> None:
    first, again = (list(client.get("contacts", limit=800)["contacts"]) for _ in range(2))
    assert first != again


def test_filters(client: Client) -> None:
    since = "2025-12-10 00:00:00"
    changed = where(("date_modified", "gte", since), ("date_added", "gte", since), either=True)
    rows = client.contacts(**changed).values()
    assert rows
    assert all(
        max(row["dateAdded"], row["dateModified"] or "") >= "2025-12-10T00:00:00" for row in rows
    )
    modified_alone = client.contacts(**where(("dateModified", "gte", since)))
    assert len(modified_alone) < len(rows), "new ones were never modified"
    assert len(client.contacts(**where(("id", "in", 3)))) == 1
    assert len(client.contacts(**where(("id", "unheard_of", 3)))) == 822
    assert len(client.contacts(**where(("email", "like", "rowan.%")))) > 1
    between = {"where[0][col]": "id", "where[0][expr]": "between"}
    assert list(client.contacts(**between, **{"where[0][val][0]": 5, "where[0][val][1]": 7})) == [
        5, 6, 7,
    ]  # fmt: skip


def test_names_of_columns(client: Client) -> None:
    camel, snake = ("dateModified", "gte", "2025-12-10"), ("date_modified", "gte", "2025-12-10")
    assert client.ask("contacts", **where(camel)).status_code == 200
    assert client.ask("contacts", **where(camel, either=True)).status_code == 500
    assert client.ask("contacts", orderBy="dateModified").status_code == 500
    assert client.ask("emails", **where(camel, either=True)).status_code == 200
    assert client.ask("emails", **where(snake)).status_code == 500
    assert client.ask("emails", orderBy="dateAdded").status_code == 200


def test_filters_switch_off_the_usual_ones(client: Client) -> None:
    plain = client.get("emails", limit=0)["emails"]
    filtered = client.get("emails", limit=0, **where(("id", "gt", 0)))["emails"]
    assert set(filtered) - set(plain) == {"8"}
    assert filtered["8"]["variantParent"] == {"id": 7}
    assert "10" in plain, "unpublished ones are there"
    assert "10" not in client.get("emails", limit=0, published=1)["emails"]


def test_counts_of_an_email_are_those_of_its_stats(client: Client) -> None:
    email = client.get("emails/5")["email"]
    mail = client.stats(**where(("email_id", "eq", 5)))
    good = [row for row in mail if row["is_failed"] == "0"]
    assert email["sentCount"] == len(good) > 100
    assert email["readCount"] == sum(row["is_read"] == "1" for row in good) > 30


def test_searches(client: Client) -> None:
    anonymous = client.contacts(search="is:anonymous")
    assert len(anonymous) == 24
    assert not anonymous.keys() & client.contacts(search="!is:anonymous").keys()
    assert len(client.contacts(search="segment:newsletter")) > 300


def test_stats_are_text(client: Client) -> None:
    body = client.get("stats/email_stats", limit=1, **where(("is_read", "eq", 1)))
    (row,) = body["stats"]
    assert isinstance(body["total"], str)
    assert {type(value) for value in row.values()} <= {str, type(None)}
    assert {"tokens", "copy_id"}.isdisjoint(row)
    assert row["open_details"].startswith("a:")
    assert len(row["date_sent"]) == 19


def test_the_mail(client: Client) -> None:
    rows = client.stats()
    assert len(rows) == 2688
    assert [int(row["id"]) for row in rows] == list(range(1, 2689))
    assert sum(row["is_read"] == "1" for row in rows) > 900
    assert sum(row["is_failed"] == "1" for row in rows) > 40
    assert any(row["lead_id"] is None for row in rows), "of contacts deleted since"
    assert all((row["is_read"] == "1") == (row["date_read"] is not None) for row in rows)
    assert {row["reason"] for row in client.stats("lead_donotcontact")} == {"1", "2"}
    clicks = [row for row in client.stats("page_hits") if row["email_id"]]
    assert len(clicks) > 200
    assert len(clicks) < len(client.stats("page_hits"))


def test_stats_in_order(client: Client) -> None:
    by: dict[str, Any] = {
        "order[0][col]": "date_sent", "order[0][dir]": "desc",
        "order[1][col]": "id", "order[1][dir]": "desc",
    }  # fmt: skip
    keys = [(row["date_sent"], int(row["id"])) for row in client.stats(**by)]
    assert keys == sorted(keys, reverse=True)


def test_errors_of_stats_are_200(client: Client) -> None:
    unknown = client.get("stats/unheard_of")
    assert set(unknown) == {"availableTables", "tableColumns"}
    assert "email_stats" in unknown["availableTables"]
    assert "tokens" in unknown["tableColumns"]["email_stats"]
    (error,) = client.get("stats/email_stats", **where(("unheard_of", "eq", 1)))["errors"]
    assert set(error) == {"message", "code"}
    missing = client.get("stats/email_stats", **{"where[0][expr]": "eq", "where[0][val]": 1})
    assert missing["errors"][0]["message"] == '"col" is missing in the where clause array.'


def test_memberships(client: Client) -> None:
    members = client.stats("lead_lists_leads")
    removed = [row for row in members if row["manually_removed"] == "1"]
    assert removed
    contact = removed[0]["lead_id"]
    inside = client.get(f"contacts/{contact}/segments")["lists"]
    assert removed[0]["leadlist_id"] not in inside
    (visitor, *_) = client.contacts(search="is:anonymous")
    assert client.get(f"contacts/{visitor}/segments") == {"total": 0, "lists": []}
    of_campaign = client.get("campaigns/1/contacts", limit=2)
    assert isinstance(of_campaign["contacts"], list)
    assert isinstance(of_campaign["contacts"][0]["lead_id"], str)


def test_the_rate_limit_tells_no_time_to_wait(sandbox: Sandbox, client: Client) -> None:
    sandbox.mautic.clock = lambda: 7_200.0
    assert "X-RateLimit-Limit" not in client.ask("segments").headers
    sandbox.mautic.limits["hour"].limit = 2
    answers = [client.ask("segments") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert "limit of 2 API calls per hour" in answers[1].json()["errors"][0]["message"]
    assert "Retry-After" not in answers[1].headers
    assert answers[1].headers["X-RateLimit-Remaining"] == "0"
