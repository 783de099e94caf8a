"""Servers of the tests' own, in this process, over the model's server."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import LIMITS, indexed, model, new_data_dir, obliging  # noqa: F401 - fixtures
from tests.e2e.targets import Embedded, Model, embedded

Serve = Callable[..., Embedded]


@pytest.fixture(scope="module")
def serve(model: Model, new_data_dir: Callable[[], Path]) -> Iterator[Serve]:  # noqa: F811
    """Starts a server that asks the model; `openai_base_url=None` is one without."""
    with ExitStack() as stack:

        def start(*, opened: dict[str, Any] | None = None, **settings: Any) -> Embedded:
            given = {"openai_base_url": model.url, "openai_model": "quote", **LIMITS, **settings}
            return stack.enter_context(embedded(new_data_dir(), opened=opened, **given))

        yield start


@pytest.fixture(scope="module")
def server(serve: Serve) -> Embedded:
    """One that asks the model, without keys."""
    return serve()


@pytest.fixture
async def client(server: Embedded) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as opened:
        yield opened
