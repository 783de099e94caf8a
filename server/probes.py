"""Whether the services that are configured can be reached: asked for nothing that costs money, and not too often."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import httpx2

from server.settings import Settings

FRESH = 5.0
"""Seconds for which a finding is told again."""

LIMIT = 2.0
"""Seconds after which a service counts as unavailable."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look at a service found; `response_time_ms` is 0 where there was nothing to ask."""

    status: Literal["available", "unavailable", "not_configured"]
    response_time_ms: float = 0.0
    detail: str | None = None


class ProbeFailed(Exception):
    """The service answered, but cannot be used; the message says why, without secrets."""


Probe = Callable[[], Awaitable[None]]
"""Asks a service for a sign of life. Raises ProbeFailed or what its transport raises."""


class Probes:
    """Looks at all services at the same time; whoever asks while that goes on shares what it finds."""

    def __init__(self, probes: Mapping[str, Probe | None], *, fresh: float = FRESH, limit: float = LIMIT) -> None:
        self._probes = probes
        self._fresh = fresh
        self._limit = limit
        self._lock = asyncio.Lock()
        self._found: dict[str, Finding] = {}
        self._looked = float("-inf")

    async def findings(self) -> Mapping[str, Finding]:
        """What a recent look found, by service."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if now - self._looked >= self._fresh:
                found = await asyncio.gather(*(self._look(probe) for probe in self._probes.values()))
                self._found = dict(zip(self._probes, found, strict=True))
                self._looked = asyncio.get_running_loop().time()
            return self._found

    async def _look(self, probe: Probe | None) -> Finding:
        if probe is None:
            return Finding("not_configured")
        started, why = perf_counter(), None
        try:
            async with asyncio.timeout(self._limit):
                await probe()
        except TimeoutError:
            why = f"no answer within {self._limit:g} seconds"
        except ProbeFailed as error:
            why = str(error)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            why = "cannot be reached"
        elapsed = round((perf_counter() - started) * 1000, 3)
        return Finding("available" if why is None else "unavailable", elapsed, why)


def asked(client: httpx2.AsyncClient, url: str, headers: Mapping[str, str]) -> Probe:
    """A probe that expects success from a GET."""

    async def probe() -> None:
        async with client.stream("GET", url, headers=dict(headers)) as response:
            status = response.status_code
        if status in (401, 403):
            raise ProbeFailed(f"refuses the key (HTTP {status})")
        if status >= 400:
            raise ProbeFailed(f"answers HTTP {status}")

    return probe


@asynccontextmanager
async def open_probes(settings: Settings) -> AsyncIterator[Probes]:
    """The probes of what the settings name: a list of models, a list of collections. Neither costs a token."""
    async with httpx2.AsyncClient(timeout=LIMIT, trust_env=False) as client:

        def probe(url: str | None, path: str, headers: Mapping[str, str]) -> Probe | None:
            return None if url is None else asked(client, url.rstrip("/") + path, headers)

        model = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        cohere = settings.cohere_api_key.get_secret_value() if settings.cohere_api_key else None
        qdrant = {"api-key": settings.qdrant_api_key.get_secret_value()} if settings.qdrant_api_key else {}
        yield Probes(
            {
                "openai": probe(settings.model_url, "/models", {"authorization": f"Bearer {model}"}),
                "qdrant": probe(settings.qdrant_url, "/collections", qdrant),
                "cohere": probe(
                    settings.cohere_base_url if cohere else None,
                    "/v1/models?page_size=1",
                    {"authorization": f"Bearer {cohere}"},
                ),
            }
        )
