"""What the loaders rely on of the sandbox's Mautic: its pages, tokens, filters, data and changes.

That the loaders meet every fault is tested with them, in tests/loaders/records/mautic.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sandbox.mautic.faults import MAUTIC_FAULTS
from sandbox.order_people import person
from sandbox.orders import DEMO, Feed
from sandbox.server import Sandbox
from tests.sandbox.pages import Page, pages_of

Json = dict[str, Any]


@dataclass
class Client:
    """One account's access."""

    sandbox: Sandbox
    account: str = "713"

    def ask_token(self, **changes: str) -> requests.Response:
        environ = self.sandbox.environ("mautic", self.account)
        form = {
            "grant_type": "client_credentials",
            "client_id": environ["MAUTIC_CLIENT_ID"],
            "client_secret": environ["MAUTIC_CLIENT_SECRET"],
        }
        url = f"{self.sandbox.url('mautic')}/oauth/v2/token"
        return requests.post(url, data=form | changes, timeout=10)

    def ask(self, path: str, *, token: str = "", timeout: float = 10) -> requests.Response:
        token = token or self.sandbox.mautic.tokens.give(self.account)[0]
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(self.sandbox.url("mautic") + path, headers=headers, timeout=timeout)

    def rows(self, path: str, **clauses: str) -> dict[int, Json]:
        """All rows by id; each clause is an expression and a value, its name the column."""
        asked = "".join(
            f"&where[{n}][col]={column}&where[{n}][expr]={how}&where[{n}][val]={value}"
            for n, (column, clause) in enumerate(clauses.items())
            for how, value in [clause.split(" ", 1)]
        )
        body = self.ask(f"{path}?limit=10000&order[0][col]=id{asked}").json()
        (found,) = (value for name, value in body.items() if name != "total")
        rows = found.values() if isinstance(found, dict) else found
        return {int(row["id"]): row for row in rows}


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


@pytest.mark.parametrize("page", pages_of("mautic"), ids=str)
def test_a_page_is_as_recorded(client: Client, page: Page) -> None:
    answer = client.ask(page.asked)
    assert (answer.status_code, answer.json()) == (page.status, page.body)


# Tokens


def test_a_token_says_how_long_it_lives(client: Client) -> None:
    body = client.ask_token().json()
    assert client.ask("/api/segments", token=body.pop("access_token")).status_code == 200
    assert body == {"expires_in": 3600, "token_type": "bearer", "scope": ""}


def test_wrong_credentials_are_400(client: Client) -> None:
    refused = client.ask_token(client_secret="wrong")  # noqa: S106
    message = "The client credentials are invalid"
    error = {"message": message, "code": 400, "type": "invalid_client"}
    assert (refused.status_code, refused.json()) == (400, {"errors": [error]})
    assert client.ask_token(grant_type="password").json()["errors"][0]["type"] == "invalid_request"


def test_a_wrong_token_is_401(client: Client) -> None:
    refused = client.ask("/api/contacts", token="wrong")  # noqa: S106
    message = "The access token provided is invalid."
    error = {"message": message, "code": 401, "type": "invalid_grant"}
    assert (refused.status_code, refused.json()) == (401, {"errors": [error]})


def test_tokens_expire_and_are_revoked(sandbox: Sandbox, client: Client) -> None:
    now = 1_000_000.0
    sandbox.mautic.clock = lambda: now
    token = client.ask_token().json()["access_token"]
    now += 3_599
    assert client.ask("/api/segments", token=token).status_code == 200
    now += 1
    expired = client.ask("/api/segments", token=token)
    assert expired.status_code == 401
    assert "has expired" in expired.text
    token = client.ask_token().json()["access_token"]
    sandbox.mautic.tokens.revoke()
    assert client.ask("/api/segments", token=token).status_code == 401


def test_the_rate_limit_tells_no_time_to_wait(sandbox: Sandbox, client: Client) -> None:
    sandbox.mautic.limits["hour"].limit = 0
    limited = client.ask("/api/segments")
    assert limited.status_code == 429
    assert "limit of 0 API calls per hour" in limited.json()["errors"][0]["message"]
    assert "Retry-After" not in limited.headers


# Filters


def test_a_filter_switches_off_the_usual_one(client: Client) -> None:
    plain, filtered = client.rows("/api/emails"), client.rows("/api/emails", id="gt 0")
    assert set(filtered) - set(plain) == {8}, "a variant"


def test_an_expression_that_nobody_knows_has_no_effect(client: Client) -> None:
    assert len(client.rows("/api/segments", id="unheard_of 3")) == 5


@pytest.mark.parametrize(
    ("path", "column", "status"),
    [
        ("/api/contacts", "date_modified", 200),
        ("/api/contacts", "dateModified", 500),
        ("/api/emails", "dateModified", 200),
        ("/api/emails", "date_modified", 500),
    ],
)
def test_contacts_go_by_columns_and_other_lists_by_properties(
    client: Client, path: str, column: str, status: int
) -> None:
    either = "where[0][expr]=orX&where[0][val][0][expr]=gte&where[0][val][0][val]=2025-12-10"
    assert client.ask(f"{path}?{either}&where[0][val][0][col]={column}").status_code == status


def test_errors_of_stats_are_200(client: Client) -> None:
    assert set(client.ask("/api/stats/x").json()) == {"availableTables", "tableColumns"}
    for clause, message in (
        ("[col]=unheard_of", "Unknown column 'unheard_of'"),
        ("[val]=1", '"col" is missing'),
    ):
        asked = f"/api/stats/email_stats?where[0][expr]=eq&where[0]{clause}"
        (error,) = client.ask(asked).json()["errors"]
        assert message in error["message"]


def test_without_a_limit_a_page_is_short(client: Client) -> None:
    assert len(client.ask("/api/contacts").json()["contacts"]) == 30
    assert len(client.ask("/api/stats/email_stats").json()["stats"]) == 100


# The data


def test_accounts_do_not_mix(sandbox: Sandbox, client: Client) -> None:
    ours, theirs = (c.rows("/api/contacts") for c in (client, Client(sandbox, "cti")))
    assert (len(ours), len(theirs)) == (822, 9)
    emails = [{c["fields"]["all"]["email"] for c in rows.values()} for rows in (ours, theirs)]
    assert not emails[0] & emails[1]


def test_most_contacts_are_customers_of_the_order_files(client: Client) -> None:
    feed = Feed(DEMO)
    bought = {
        person(int(row["customer_id"]) - 1_000_000)["billing_email"]
        for day in feed.days
        for row in feed.created_on(day)
    }
    emails = [c["fields"]["all"]["email"] for c in client.rows("/api/contacts").values()]
    known = {email.lower() for email in emails if email}
    assert any(email != email.lower() for email in emails if email)
    assert len(known & bought) > 500
    assert len(known - bought) > 100
    assert len(bought - known) > 100


def test_mail_holds_what_trips_people(client: Client) -> None:
    rows = list(client.rows("/api/stats/email_stats").values())
    assert len(rows) == 2688
    assert sum(row["is_read"] == "1" for row in rows) > 900
    assert sum(row["is_failed"] == "1" for row in rows) > 40
    assert any(row["lead_id"] is None for row in rows), "of contacts deleted since"
    assert all((row["is_read"] == "1") == (row["date_read"] is not None) for row in rows)
    silences = client.rows("/api/stats/lead_donotcontact").values()
    assert {row["reason"] for row in silences} == {"1", "2"}
    hits = client.rows("/api/stats/page_hits").values()
    assert 200 < sum(row["email_id"] is not None for row in hits) < len(hits)
    good = [row for row in rows if row["email_id"] == "5" and row["is_failed"] == "0"]
    email = client.rows("/api/emails")[5]
    assert email["sentCount"] == len(good)
    assert email["readCount"] == sum(row["is_read"] == "1" for row in good)


# Changes


def test_a_silenced_contact_says_so(sandbox: Sandbox, client: Client) -> None:
    sandbox.mautic.store.bounce(
        sandbox.mautic.store.send(9, 1, "2025-12-18 10:00:00"), "2025-12-18 10:01:00"
    )
    (silence,) = client.rows("/api/contacts")[1]["doNotContact"]
    assert (silence["reason"], silence["channel"], silence["channelId"]) == (2, "email", 9)


def test_what_is_not_there_cannot_be_changed(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="has no row 0"):
        sandbox.mautic.store.open(0, "2025-12-18 20:00:00")
    with pytest.raises(ValueError, match="has no column colour"):
        sandbox.mautic.store.set("contacts", 1, colour="red")


# Faults

QUESTIONS = (
    "/api/contacts?where[0][col]=id&where[0][expr]=gt&where[0][val]=3&order[0][col]=id&start=3",
    "/api/contacts?where[0][col]=id&where[0][expr]=gt&where[0][val]=9999",
    "/api/emails?where[0][col]=id&where[0][expr]=gt&where[0][val]=7&order[0][col]=id",
    "/api/stats/email_stats?order[0][col]=id",
    "/api/stats/email_stats?order[0][col]=unheard_of",
)


def answers(client: Client) -> list[object]:
    """What is answered to each question, with a token of its own."""
    token = ""
    given: list[object] = []
    try:
        body = client.ask_token().json()
        token = body.pop("access_token", "none")
        given.append(body)
        for asked in QUESTIONS:
            answer = client.ask(asked, token=token, timeout=1)
            given += [answer.status_code, answer.text]
    except (requests.RequestException, ValueError) as error:
        given.append(type(error))
    return given


@pytest.mark.parametrize("name", [fault.name for fault in MAUTIC_FAULTS])
def test_every_fault_changes_an_answer(sandbox: Sandbox, client: Client, name: str) -> None:
    usual = answers(client)
    options: dict[str, Json] = {"slow": {"seconds": 1.2}, "token_dies_early": {"seconds": 0}}
    sandbox.mautic.faults.on(name, **options.get(name, {}))
    assert answers(client) != usual
