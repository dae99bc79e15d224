"""Mautic's OAuth2 tokens for client credentials: given out, expired, revoked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from sandbox.service import keys_of

LIFETIME = 3_600  # seconds; the install's setting is in minutes, 60 unless changed


def secret_of(client_id: str) -> str:
    """The secret that belongs to a client id."""
    return f"{client_id}-secret"


@dataclass
class Tokens:
    """The tokens of all accounts, and how often one was asked for."""

    clock: Callable[[], float]
    lifetime: int = LIFETIME
    given: int = 0
    _valid: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def give(self, account: str, lifetime: int | None = None) -> tuple[str, int]:
        """A new token and its lifetime; older ones stay good."""
        with self._lock:
            self.given += 1
            token = f"sandbox-made-token-{account}-{self.given:04}"
            seconds = self.lifetime if lifetime is None else lifetime
            self._valid[token] = (account, self.clock() + seconds)
            return token, seconds

    def account_of(self, token: str) -> str:
        """The account of a token; KeyError: never given or revoked, TimeoutError: expired."""
        with self._lock:
            account, until = self._valid[token]
        if self.clock() >= until:
            raise TimeoutError
        return account

    def revoke(self) -> None:
        """From now on no token that was given is good."""
        with self._lock:
            self._valid.clear()

    def expire(self) -> None:
        """Every token's time is over."""
        with self._lock:
            self._valid = {token: (account, 0.0) for token, (account, _) in self._valid.items()}

    def reset(self) -> None:
        self.revoke()
        self.lifetime, self.given = LIFETIME, 0


def account_of_client(client_id: str, secret: str) -> str | None:
    """The account whose credentials these are."""
    account = keys_of("mautic").get(client_id)
    return account if account is not None and secret == secret_of(client_id) else None
