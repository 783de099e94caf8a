"""The benchmarks start the real server and doors, find out where they listen, and are served."""

from pathlib import Path

import httpx
import pytest

from benchmarks import delivery
from benchmarks.start import served


async def test_the_measured_server_tells_where_it_is(tmp_path: Path) -> None:
    async with served(tmp_path) as (port, _, seconds), httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/ready")).status_code == 200
        assert seconds > 0


@pytest.mark.parametrize("path", ["/events", "/ws"])
async def test_the_measured_doors_deliver(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "READERS", 2)
    monkeypatch.setattr(delivery, "WAKES", 3)
    assert await delivery.cost("ours", path, 2) > 0
