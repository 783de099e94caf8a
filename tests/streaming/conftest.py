"""A store of each kind, and a clock that the test turns."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streaming.log import Lease, RunRequest, Store
from tests.streaming.stores import STORES


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1_764_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=sorted(STORES))
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with STORES[request.param](tmp_path, clock) as opened:
        yield opened


@pytest.fixture
async def lease(store: Store) -> Lease:
    """The right to write the first run of a new session."""
    session = await store.create_session("")
    await store.submit(session.session_id, "", RunRequest("chat", "How much is it?"))
    claimed = await store.claim(session.session_id)
    assert claimed is not None
    return claimed
