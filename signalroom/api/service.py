"""What all requests share: snapshots, keys, how much each key may ask, and who waits for news."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from math import ceil
from time import monotonic

from loaders.errors import LoadError
from signalroom.api.keys import Keys, KeyStore
from signalroom.api.store import Store

BURST = 2  # seconds of its rate that a key may use at once
log = logging.getLogger(__name__)


class Limiter:
    """So many requests a second for each key, as a bucket that fills again."""

    def __init__(self, rate: float) -> None:
        self._rate, self._most = rate, max(1.0, rate * BURST)
        self._buckets: dict[str, tuple[float, float]] = {}  # what was left, and when

    def wait(self, key_id: str) -> int:
        """The seconds after which a key may ask again; 0 where it may now, which counts."""
        now = monotonic()
        left, at = self._buckets.get(key_id, (self._most, now))
        left = min(self._most, left + (now - at) * self._rate)
        if left < 1:
            return ceil((1 - left) / self._rate)
        self._buckets[key_id] = (left - 1, now)
        return 0


class Service:
    """The state of a running API; `refresh` publishes what is new where no build does it here."""

    def __init__(
        self,
        store: Store,
        key_store: KeyStore,
        *,
        rate: float,
        seconds: float,
        refresh: Callable[[], object] | None = None,
    ) -> None:
        self.store, self.limiter = store, Limiter(rate)
        self.keys = Keys({})
        self.news = asyncio.Event()  # set once, and then another takes its place
        self._key_store, self._seconds, self._refresh = key_store, seconds, refresh
        self._said = ""

    async def watch(self) -> None:
        """Look for what is new until the end."""
        while True:
            await self.look()
            await asyncio.sleep(self._seconds)

    async def look(self) -> None:
        """Look once: what cannot be read now stays as it was."""
        try:
            is_new = await asyncio.to_thread(self._look)
            self._said = ""
        except (LoadError, OSError, ValueError, sqlite3.Error) as error:
            if str(error) != self._said:
                log.warning("the API serves what it has: %s", error)
                self._said = str(error)
            return
        if is_new:
            waited, self.news = self.news, asyncio.Event()
            waited.set()

    def _look(self) -> bool:
        before, self.keys = self.keys, Keys.of(self._key_store.read())
        if self._refresh:
            self._refresh()
        return self.store.look() or self.keys != before
