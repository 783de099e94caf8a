"""The only file that drives the cohere client: asks within a time, asks again where that may help, says what failed."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx
from cohere import AsyncClientV2
from cohere.core.api_error import ApiError

from agents.providers.retry_after import retry_after
from agents.providers.watchdog import patience

RETRIES = 2
"""Further attempts after 408, 409, 429, 5xx or no connection."""
BACKOFF = 0.25
"""Seconds before the second attempt where the server names none; twice that before the third, and so on."""
CONNECT = 2.0
"""Seconds for one attempt to connect."""

_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What reading an answer of another shape raises: the client does not check what it is told."""

_T = TypeVar("_T")


class CohereFailed(Exception):
    """Cohere was of no use; the message says why, to follow "Cohere", and holds neither key nor address."""

    def __init__(self, why: str, *, retryable: bool = False, wait: float = 0.0) -> None:
        super().__init__(why)
        self.retryable = retryable
        self.wait = wait


class Cohere:
    """Asks Cohere. One for the process: it holds the pool of connections."""

    def __init__(self, client: AsyncClientV2) -> None:
        self._client = client

    async def ask(self, call: Callable[[AsyncClientV2], Awaitable[_T]], *, within: float, retries: int = RETRIES) -> _T:
        """What the call gives, all attempts together `within` seconds. Raises CohereFailed.

        The client's own retries wait a second at least and as long as the server says, up to a minute; so they are off.
        """
        failed = CohereFailed(f"did not answer within {within:g} seconds", retryable=True)
        ends = asyncio.get_running_loop().time() + within
        try:
            with patience(within):
                for attempt in range(retries + 1):
                    if attempt:
                        spread = random.uniform(1, 1.5)  # noqa: S311 - so that instances do not all come back at once
                        wait = failed.wait if failed.wait > 0 else BACKOFF * 2 ** (attempt - 1) * spread
                        if asyncio.get_running_loop().time() + wait >= ends:
                            break
                        await asyncio.sleep(wait)
                    try:
                        return await call(self._client)
                    except (ApiError, httpx.HTTPError, httpx.InvalidURL, *_UNREADABLE) as error:
                        failed = _told(error)  # no chain: the client's messages may quote the request
                        if not failed.retryable:
                            break
        except TimeoutError:
            pass
        raise failed


@asynccontextmanager
async def open_cohere(*, api_key: str, base_url: str) -> AsyncIterator[Cohere]:
    """The client for one provider; nothing is asked of it yet."""
    timeout = httpx.Timeout(None, connect=CONNECT)  # the rest is bounded by `within`
    async with httpx.AsyncClient(timeout=timeout, trust_env=False) as http:
        yield Cohere(AsyncClientV2(api_key, base_url=base_url.rstrip("/"), max_retries=0, httpx_client=http))


def _told(error: Exception) -> CohereFailed:
    match error:
        case ApiError():
            return _status(error.status_code or 0, retry_after(error.headers or {}))
        case httpx.HTTPError() | httpx.InvalidURL():
            return CohereFailed("cannot be reached", retryable=isinstance(error, httpx.TransportError))
        case _:
            return CohereFailed("gave an answer that cannot be read")


def _status(status: int, wait: float) -> CohereFailed:
    if status in (401, 403):
        return CohereFailed(f"refuses the key (HTTP {status}): check COHERE_API_KEY")
    if status == 429:
        return CohereFailed("limits the rate of requests (HTTP 429)", retryable=True, wait=wait)
    if status in (408, 409) or status >= 500:
        return CohereFailed(f"fails (HTTP {status})", retryable=True, wait=wait)
    if status >= 400:
        return CohereFailed(f"refuses the request (HTTP {status})")
    return CohereFailed("gave an answer that cannot be read")
