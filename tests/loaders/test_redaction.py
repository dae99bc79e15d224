"""No eight characters of a secret in a row are shown, however it is spelled and cut."""

import html
import json
import sys
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from string import ascii_letters, ascii_uppercase, digits
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.errors import LoadError
from loaders.redaction import LONG_WORDS, PART, _Redaction, conceal, secrets_of, shown

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in an address": quote_plus,
    "in a path": quote,
    "in JSON": json.dumps,
    "in Python": repr,
    "in HTML": html.escape,
}
# of no eight of which could be words
secret_texts = st.text(ascii_uppercase + digits + '@:/+=&%"<\\', min_size=PART, max_size=60).filter(
    lambda text: any(letter.isalnum() for letter in text[::4])
)


def parts(text: str) -> set[str]:
    return {text[at : at + PART] for at in range(len(text) - PART + 1)}


@given(
    secret_texts,
    st.sampled_from(list(SPELLINGS)),
    st.integers(0, 60),
    st.integers(0, 90),
    st.sampled_from(["", "key ", "a text before it: "]),
)
def test_a_part_is_hidden(secret: str, spelling: str, start: int, end: int, before: str) -> None:
    known = _Redaction()
    known.conceal(secret)
    spelled = SPELLINGS[spelling](secret)
    said = known.redact(f"{before}{spelled[start:end]}, and more")
    assert not parts(said) & parts(secret)
    assert said.startswith(before.strip())
    assert said.endswith(", and more") or not spelled[start:end]


@given(
    st.text(ascii_letters + digits, min_size=20, max_size=60), st.text(max_size=9), st.booleans()
)
def test_a_secret_is_hidden_in_base64(secret: str, before: str, is_urlsafe: bool) -> None:
    """Such as the header of a user and a password; what is left of it are the characters around."""
    known = _Redaction()
    known.conceal(secret)
    encode = urlsafe_b64encode if is_urlsafe else b64encode
    coded = encode(f"{before}:{secret}".encode()).decode()
    begins = -(-len(f"{before}:".encode()) * 8 // 6) + 1
    assert not parts(known.redact(f"Basic {coded}")) & parts(coded[begins:-4])


def test_what_is_no_secret_is_shown() -> None:
    known = _Redaction()
    known.conceal("sandbox-everflow-713", "postgres", "word", "abc")
    said = "everflow: sandbox-sticky of words, swordfish and abc"
    assert known.redact(said) == said
    assert known.redact("a word, postgres://x and sandbox-everflow-7") == "a ***, ***://x and ***"
    assert len("sandbox-") < LONG_WORDS


def test_an_error_holds_no_secret_nor_what_is_cut() -> None:
    secret = "Zq7/xR2+Kp9vLm4WsT1yHb6NcD3fGj8"  # noqa: S105  # made
    conceal(secret)
    error = LoadError(f"refused: {secret[:20]}", f"check {secret[5:]}")
    assert str(error) == "refused: ***; check ***"
    assert shown(f"{'x' * 140} {secret}") == f"{'x' * 140} ***"


def test_an_error_that_nobody_caught_holds_none(capsys: pytest.CaptureFixture[str]) -> None:
    conceal("Zq7/xR2+Kp9vLm4WsT1yHb6NcD3fGj8")
    try:
        raise RuntimeError("a bug with Zq7/xR2+Kp9vLm4W")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    assert "RuntimeError: a bug with ***" in capsys.readouterr().err


KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("EVERFLOW_API_KEY", "k1", {"k1"}),
        ("EVERFLOW_API_KEY__713", " k1\n", {"k1"}),
        ("SOURCES__EVERFLOW__API_KEY", "k1", {"k1"}),
        ("AWS_ACCESS_KEY_ID", "AKIA", set()),
        ("PGHOST", "postgresql://me:p@ss%20@host/db", {"p@ss%20", "p@ss "}),
        ("DESTINATION__POSTGRES__CREDENTIALS", "postgresql://me:pass@host/db", {"pass"}),
        ("DUCKDB_PATH", "md:x?motherduck_token=abc&y=z", {"abc"}),
        (
            "S3_PREFIXES",
            json.dumps({"private_key_id": "0a1b", "private_key": KEY, "client_email": "a@b"}),
            {"0a1b", "nMIIEvQIBADANBgkq", "nhkiG9w0BAQEFAASC"},
        ),
        ("GOOGLE_SHEETS_CREDENTIALS_JSON", KEY, {"MIIEvQIBADANBgkq", "hkiG9w0BAQEFAASC"}),
        ("GOOGLE_SHEETS_CREDENTIALS_JSON", "TUlJRXZRSUJBREFOQmdr", {"TUlJRXZRSUJBREFOQmdr"}),
        ("GOOGLE_SHEETS_CREDENTIALS_JSON", "not JSON", set()),
        ("GOOGLE_SHEETS_CREDENTIALS_PATH", "/home/me/key.json", set()),
        ("GOOGLE_SHEETS_BASE_URL", "https://sheets.googleapis.com", set()),
    ],
)
def test_the_secrets_in_settings(name: str, value: str, found: set[str]) -> None:
    assert set(secrets_of({name: value})) == found


def test_the_end_of_a_webhook_is_a_secret() -> None:
    """As urllib3 logs it; the rest of the address is everybody's."""
    known = _Redaction()
    url = "https://hooks.slack.com/services/T0000/B0000/AbCdEf0123456789"
    known.conceal(*secrets_of({"SLACK_WEBHOOK_URL__713": f"{url}/"}))
    line = 'https://hooks.slack.com:443 "POST /services/T0000/B0000/AbCdEf0123456789 HTTP/1.1" 200'
    assert known.redact(line) == line.replace("AbCdEf0123456789", "***")
