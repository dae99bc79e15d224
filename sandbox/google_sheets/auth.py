"""Service accounts and their tokens, as Google's token endpoint gives them out.

The keys are made when they are first asked for, and die with the process: none is in the code.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.data import ACCOUNTS
from sandbox.service import RefusedError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"  # signed for, wherever the token is asked for
READ_ONLY = "https://www.googleapis.com/auth/spreadsheets.readonly"
_SHORT_LIVED = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
_SKEW = 300


class TokenRefusedError(RefusedError):
    """The token endpoint says no; its errors are flat, unlike those of the API."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(400, description)
        self.error = error


@dataclass(frozen=True)
class Token:
    account: str
    scopes: frozenset[str]
    expires: float


@dataclass
class Tokens:
    """The access tokens given out so far."""

    lifetime: int = 3599
    _given: dict[str, Token] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def give(self, claims: Mapping[str, Any], now: float, lifetime: int) -> dict[str, object]:
        """A new token for the account and scopes of a verified assertion."""
        account = account_of(str(claims["iss"]))
        scopes = frozenset(str(claims["scope"]).split())
        made = sha256(f"{account} {next(self._numbers)}".encode()).hexdigest()
        token = f"ya29.c.{made}"
        self._given[token] = Token(account, scopes, now + lifetime)
        return {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}

    def find(self, token: str, now: float) -> Token | None:
        """What a token is good for; None when it is unknown or too old."""
        known = self._given.get(token)
        return known if known and now < known.expires else None


def email(account: str) -> str:
    """The address a sheet is shared with."""
    return f"sandbox-google-sheets-{account}@sandbox-{account}.iam.gserviceaccount.com"


def account_of(client_email: str) -> str:
    """The account of an address; empty when nobody has it."""
    return next((account for account in ACCOUNTS if email(account) == client_email), "")


def service_account(account: str, token_uri: str) -> dict[str, str]:
    """What Google's console would give as a JSON key file."""
    pem = _private_key(account).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "project_id": f"sandbox-{account}",
        "private_key_id": _key_id(account),
        "private_key": pem.decode(),
        "client_email": email(account),
        "client_id": str(int(sha256(account.encode()).hexdigest()[:16], 16)),
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    }


def verified(form: Mapping[str, str], now: float) -> dict[str, Any]:
    """The claims of the assertion in a token request; refuses it as Google would."""
    if form.get("grant_type") != GRANT:
        raise TokenRefusedError("unsupported_grant_type", "Invalid grant_type")
    signed, _, signature = form.get("assertion", "").rpartition(".")
    try:
        head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        issuer, algorithm, key_id = str(claims["iss"]), head["alg"], head.get("kid")
        mark = _decoded(signature)
    except (ValueError, KeyError, TypeError):
        raise TokenRefusedError("invalid_request", "Bad Request") from None
    account = account_of(issuer)
    if not account:
        raise TokenRefusedError("invalid_grant", "Invalid grant: account not found")
    is_known = algorithm == "RS256" and key_id == _key_id(account)
    if not is_known or not _has_signed(account, signed, mark):
        raise TokenRefusedError("invalid_grant", "Invalid JWT Signature.")
    if claims.get("aud") != AUDIENCE:
        said = f"Invalid JWT: Failed audience check. The right audience is {AUDIENCE}"
        raise TokenRefusedError("invalid_grant", said)
    issued, expires = float(claims.get("iat", 0)), float(claims.get("exp", 0))
    if not (now - 3600 - _SKEW < issued < now + _SKEW and issued < expires <= issued + 3600):
        raise TokenRefusedError("invalid_grant", _SHORT_LIVED)
    if not claims.get("scope"):
        said = "Invalid OAuth scope or ID token audience provided."
        raise TokenRefusedError("invalid_scope", said)
    return dict(claims)


def _has_signed(account: str, signed: str, mark: bytes) -> bool:
    public = _private_key(account).public_key()
    try:
        public.verify(mark, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@cache
def _private_key(account: str) -> rsa.RSAPrivateKey:
    if account not in ACCOUNTS:
        raise ValueError(f"no account {account!r}; there are: {', '.join(ACCOUNTS)}")
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _key_id(account: str) -> str:
    numbers = _private_key(account).public_key().public_numbers()
    return sha256(str(numbers.n).encode()).hexdigest()[:40]


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
