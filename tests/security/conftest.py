"""Servers with keys, and clients that have one."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import LIMITS, indexed, model, new_data_dir, obliging  # noqa: F401 - fixtures
from tests.e2e.targets import Embedded
from tests.v1.conftest import Serve, serve  # noqa: F401 - a fixture

KEYS = "alice:alice-has-a-key,bob:bob-has-a-key"
ALICE = {"Authorization": "Bearer alice-has-a-key"}
BOB = {"X-API-Key": "bob-has-a-key"}


@pytest.fixture(scope="module")
def server(serve: Serve) -> Embedded:  # noqa: F811
    return serve(api_keys=KEYS, allowed_origins=("https://shop.example",))


@asynccontextmanager
async def visitor(url: str, headers: dict[str, str] | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows these headers with each request."""
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
async def alice(server: Embedded) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(server.url, ALICE) as client:
        yield client


@pytest.fixture
async def bob(server: Embedded) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(server.url, BOB) as client:
        yield client


@pytest.fixture
async def nobody(server: Embedded) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(server.url) as client:
        yield client


Given = Callable[..., Any]
