"""One token for its lifetime, a new one before it ends or when it is taken back; never shown."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from loaders.errors import ApiError
from loaders.redaction import redact
from loaders.source import Account
from loaders.sources.mautic import CONTACTS, SEGMENTS
from loaders.sources.mautic_reader import Mautic
from loaders.table import Table
from loaders.windows import Window
from sandbox.server import Sandbox
from sandbox.service import Asked
from tests.loaders.records.traps import account
from tests.support import Project

TOKEN = "/oauth/v2/token"  # noqa: S105  # a path
CONTACTS_HELD = 822
ALL_OF_IT = "check MAUTIC_BASE_URL, MAUTIC_CLIENT_ID and MAUTIC_CLIENT_SECRET"


@dataclass
class Install:
    """An install as the loader reaches it, and a clock that both sides look at."""

    sandbox: Sandbox
    account: Account
    now: float = 1000.0

    def read(self, table: Table = SEGMENTS) -> Iterator[list[dict[str, Any]]]:
        for page in Mautic(self.account).read(table, Window()):
            yield list(page.rows)

    def read_all(self, table: Table = SEGMENTS) -> int:
        return sum(len(rows) for rows in self.read(table))

    @property
    def token_calls(self) -> int:
        return self.sandbox.mautic.token_calls

    @property
    def asked(self) -> list[Asked]:
        return [asked for asked in self.sandbox.mautic.requests if asked.path != TOKEN]

    @property
    def refused(self) -> int:
        return sum(asked.status == 401 for asked in self.asked)


@pytest.fixture
def install(
    quick_retries: None,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Install:
    """Client 713's install, read ten rows a page."""
    made = Install(sandbox, account(sandbox, "mautic"))
    monkeypatch.setattr("loaders.sources.mautic_reader.PAGE_ROWS", 10)
    monkeypatch.setattr("loaders.oauth.monotonic", lambda: made.now)
    monkeypatch.setattr(sandbox.mautic, "clock", lambda: made.now)
    return made


def test_one_token_for_two_hundred_pages(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.sources.mautic_reader.PAGE_ROWS", 4)
    assert install.read_all(CONTACTS) == CONTACTS_HELD
    assert len(install.asked) > 200
    assert install.token_calls == 1


@pytest.mark.parametrize(
    ("lifetime", "pause", "pages_per_token"),
    [(600, 50, 11), (20, 1, 18)],
    ids=["a minute before", "a tenth before"],
)
def test_a_token_is_renewed_before_it_ends(
    install: Install, lifetime: int, pause: int, pages_per_token: int
) -> None:
    install.sandbox.mautic.tokens.lifetime = lifetime
    count = 0
    for rows in install.read(CONTACTS):
        count += len(rows)
        install.now += pause
    assert count == CONTACTS_HELD
    assert install.refused == 0
    assert install.token_calls == -(-len(install.asked) // pages_per_token)


@pytest.mark.parametrize("how", ["revoke", "expire"])
def test_a_token_that_is_taken_back_costs_one_request(install: Install, how: str) -> None:
    pages = install.read(CONTACTS)
    count = len(next(pages))
    getattr(install.sandbox.mautic.tokens, how)()
    count += sum(len(rows) for rows in pages)
    assert count == CONTACTS_HELD
    assert (install.refused, install.token_calls) == (1, 2)
    (place,) = [n for n, asked in enumerate(install.asked) if asked.status == 401]
    assert install.asked[place].query == install.asked[place + 1].query


def test_a_second_401_is_an_error(install: Install) -> None:
    install.sandbox.mautic.faults.on("invalid_key")
    with pytest.raises(ApiError, match=r"HTTP 401: .*check MAUTIC_CLIENT_ID and MAUTIC_CLIENT_SEC"):
        install.read_all()
    assert (install.refused, install.token_calls) == (2, 2)


def test_a_request_that_is_repeated_has_the_usual_manners(install: Install) -> None:
    faults = install.sandbox.mautic.faults
    faults.on("invalid_key", times=1)
    faults.on("server_error", after=1, times=1)
    assert install.read_all() == 5
    assert [asked.status for asked in install.asked] == [401, 502, 200, 200]


@pytest.mark.parametrize("said", ["600", 600.0])
def test_a_lifetime_may_be_text(install: Install, said: Any) -> None:
    install.sandbox.mautic.tokens.lifetime = said
    install.sandbox.mautic.faults.on("token_dies_early", seconds=600)
    pages = install.read(CONTACTS)
    next(pages)
    install.now += 541
    next(pages)
    assert (install.refused, install.token_calls) == (0, 2)


@pytest.mark.parametrize("said", [None, 0, -5, "soon"])
def test_without_a_lifetime_a_token_is_used_until_it_is_refused(
    install: Install, said: Any
) -> None:
    install.sandbox.mautic.tokens.lifetime = said
    install.sandbox.mautic.faults.on("token_dies_early", seconds=600)
    pages = install.read(CONTACTS)
    next(pages)
    install.now += 599
    next(pages)
    assert install.token_calls == 1
    install.now += 1
    next(pages)
    assert (install.refused, install.token_calls) == (1, 2)


def test_the_token_endpoint_is_tried_again(install: Install) -> None:
    install.sandbox.mautic.faults.on("server_error", path=TOKEN, times=2)
    assert install.read_all() == 5
    assert install.token_calls == 3


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("rate_limited", f"{TOKEN} answered HTTP 429: You exceeded the rate limit"),
        ("html", f"{TOKEN} answered text/html; charset=utf-8 that is not JSON"),
        ("list_in_200", f"{TOKEN} answered without an access_token; {ALL_OF_IT}"),
        ("error_in_200", f"an error with HTTP 200: Internal error; {ALL_OF_IT}"),
    ],
)
def test_a_token_endpoint_that_gives_none(install: Install, fault: str, says: str) -> None:
    install.sandbox.mautic.faults.on(fault, path=TOKEN)
    with pytest.raises(ApiError) as refused:
        install.read_all()
    assert says in str(refused.value)
    assert install.asked == []


def test_half_an_answer_does_not_show_the_token_in_it(install: Install) -> None:
    install.sandbox.mautic.faults.on("truncated_json", path=TOKEN)
    with pytest.raises(ApiError, match="that is not JSON") as refused:
        install.read_all()
    assert '"access_token": "***' in str(refused.value)
    assert "sandbox-made" not in str(refused.value)


def test_a_token_is_concealed_as_it_is_sent(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PHP writes a slash in JSON with a backslash before it, which the header has not."""
    token, spelled = "made/0123456789", '{"access_token": "made\\/0123456789"}'
    given = requests.Response()
    given.status_code, given._content = 200, spelled.encode()
    given.request = requests.Request("POST", install.account.settings["base_url"]).prepare()
    credentials = Mautic(install.account).credentials
    monkeypatch.setattr(credentials.tokens, "post", lambda *_, **__: given)
    credentials.renew()
    assert credentials.token == token
    assert redact(f"Bearer {token}") == "Bearer ***"


def test_an_address_that_is_not_mautics(install: Install) -> None:
    elsewhere = install.account.settings["base_url"] + "/blog"
    settings = {**install.account.settings, "base_url": elsewhere}
    install.account = replace(install.account, settings=settings)
    with pytest.raises(ApiError, match=r"HTTP 404: .*; check MAUTIC_BASE_URL"):
        install.read_all()


def test_an_address_may_end_with_a_slash(install: Install) -> None:
    settings = {**install.account.settings, "base_url": install.account.settings["base_url"] + "/"}
    install.account = replace(install.account, settings=settings)
    assert install.read_all() == 5


@pytest.fixture
def log_of_all(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    """What every library logs, to the last detail."""
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "DEBUG")
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("dlt"), "propagate", True)
    monkeypatch.setattr(logging.getLogger("dlt"), "level", logging.DEBUG)
    return caplog


@pytest.mark.parametrize("fault", [None, "token_revoked", "client_refused", "truncated_json"])
def test_neither_secret_nor_token_is_shown_or_kept(
    project: Project, sandbox: Sandbox, log_of_all: pytest.LogCaptureFixture, fault: str | None
) -> None:
    """In what is said, logged to the last detail, and written to any file of the project."""
    if fault:
        sandbox.mautic.faults.on(fault, path=TOKEN if fault == "truncated_json" else None)

    result = project.run("load", "mautic", "--start-date", "2025-12-17")

    assert result.exit_code == bool(fault)
    secret = sandbox.environ("mautic")["MAUTIC_CLIENT_SECRET"]
    logging.getLogger("any.library").debug("a form with %s", secret)
    said = result.output + log_of_all.text
    assert "a form with ***" in said
    kept = [path.read_bytes() for path in project.root.rglob("*") if path.is_file()]
    for hidden in (secret, "sandbox-made-token"):
        assert hidden not in said
        assert not any(hidden.encode() in content for content in kept)
