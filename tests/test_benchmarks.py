"""The benchmarks start the real server and find out where it listens, whatever it says."""

from pathlib import Path

import httpx

from benchmarks.start import served


async def test_the_measured_server_tells_where_it_is(tmp_path: Path) -> None:
    async with served(tmp_path) as (port, _, seconds), httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/ready")).status_code == 200
        assert seconds > 0
