"""Mautic's OAuth2 tokens for client credentials: given out, expired, revoked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from sandbox.service import keys_of

LIFETIME = 3_600  # seconds; the install's setting is in minutes, 60 unless changed


def secret_of(client_id: str) -> str:
    """The secret that belongs to a client id."""
    return f"{client_id}-secret"


def account_of_client(client_id: str, secret: str) -> str | None:
    """The account whose credentials these are."""
    account = keys_of("mautic").get(client_id)
    return account if account is not None and secret == secret_of(client_id) else None


@dataclass
class Tokens:
    """The tokens of all accounts."""

    clock: Callable[[], float]
    lifetime: int = LIFETIME
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _valid: dict[str, tuple[str, float]] = field(default_factory=dict)

    def give(self, account: str, lifetime: int | None = None) -> tuple[str, int]:
        """A new token and its lifetime; older ones stay good."""
        token = f"sandbox-made-token-{account}-{next(self._numbers):04}"
        seconds = self.lifetime if lifetime is None else lifetime
        self._valid[token] = account, self.clock() + seconds
        return token, seconds

    def account_of(self, token: str) -> str:
        """The account of a token; KeyError: never given or revoked, TimeoutError: expired."""
        account, until = self._valid[token]
        if self.clock() >= until:
            raise TimeoutError
        return account

    def revoke(self) -> None:
        """From now on no token that was given is good."""
        self._valid = {}

    def expire(self) -> None:
        """Every token's time is over."""
        self._valid = {token: (account, 0.0) for token, (account, _) in self._valid.items()}

    def reset(self) -> None:
        self.revoke()
        self.lifetime = LIFETIME
