"""How many requests a minute a key or an address may send, counted by `limits` for all instances together."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from server.errors import TOO_FAST, DoorError
from server.identity import Caller
from server.window import WindowMemory

log = structlog.get_logger(__name__)

REMEMBERED = 10_000
"""Refused clients that are known without asking anew, at most."""

PATIENCE = 1.0
"""Seconds that a request waits for Redis to count it."""
AWAY = 1.0
"""Seconds for which a store that failed is not asked again; meanwhile nobody is refused."""


class Rates:
    """Counts requests. Those with a key count for the key alone, the others for their address."""

    def __init__(
        self, limiter: MovingWindowRateLimiter, *, per_ip: int, per_key: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._limiter = limiter
        self._per_ip = RateLimitItemPerMinute(per_ip) if per_ip else None
        self._per_key = RateLimitItemPerMinute(per_key) if per_key else None
        self._clock = clock
        self._refused: dict[str, float] = {}
        self._away_until = 0.0

    async def count(self, caller: Caller) -> None:
        """One request. Raises DoorError with the time until one is free."""
        item = self._per_key if caller.owner else self._per_ip
        now = self._clock()
        if item is None or now < self._away_until:
            return
        until = self._refused.get(caller.client, 0.0)
        if now < until:
            raise _too_fast(item, until - now)
        try:
            if await self._limiter.hit(item, caller.client):
                return
            until = (await self._limiter.get_window_stats(item, caller.client)).reset_time
        except StorageError as error:
            log.warning("requests are not counted just now", reason=type(error.storage_error).__name__)
            self._away_until = now + AWAY
            return
        if len(self._refused) >= REMEMBERED:
            self._refused.clear()
        self._refused[caller.client] = until
        raise _too_fast(item, max(until - self._clock(), 0.001))


def _too_fast(item: RateLimitItem, wait: float) -> DoorError:
    return DoorError(TOO_FAST, f"More than {item.amount} requests a minute: wait {wait:.0f} seconds.", retry_after=wait)


def limits_url(url: str) -> tuple[str, dict[str, bool]]:
    """REDIS_URL as `limits` writes it, with further options."""
    scheme, _, rest = url.partition(":")
    if scheme == "unix":
        return f"async+redis+unix:{rest}", {}
    if scheme.startswith("rediss+"):
        return f"async+redis+{scheme.partition('+')[2]}:{rest}", {"ssl": True}
    return f"async+{scheme}:{rest}", {}


@asynccontextmanager
async def open_rates(redis_url: str | None, *, per_ip: int, per_key: int) -> AsyncIterator[Rates]:
    """Counts in Redis where there is one, else in memory; nothing is connected yet."""
    if redis_url is None:
        yield Rates(MovingWindowRateLimiter(WindowMemory()), per_ip=per_ip, per_key=per_key)
        return
    from limits.aio.storage import RedisStorage
    from limits.storage import storage_from_string

    url, options = limits_url(redis_url)
    storage = storage_from_string(
        url,
        implementation="redispy",
        wrap_exceptions=True,
        key_prefix="orchestratai:rate",
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        **options,
    )
    assert isinstance(storage, RedisStorage)  # noqa: S101 - the scheme says so
    try:
        yield Rates(MovingWindowRateLimiter(storage), per_ip=per_ip, per_key=per_key)
    finally:
        await storage.bridge.get_connection().aclose()  # type: ignore[attr-defined]
