"""What /metrics shows where one port has several workers, and what it costs the others that are served."""

import asyncio
import socket
import threading
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from server.settings import Settings
from server.worker_metrics import WorkerMetrics
from server.workers import run_workers
from tests.e2e.targets import embedded


def counted(runs: int, waiting: int) -> bytes:
    """A worker's own metrics: one that it counts itself, and one that it looked up for all instances."""
    registry = CollectorRegistry()
    Counter("orchestratai_runs", "Runs", registry=registry).inc(runs)
    Gauge("orchestratai_runs_unfinished", "Runs that wait, in all instances", registry=registry).set(waiting)
    return generate_latest(registry)


def test_what_is_counted_for_all_instances_is_as_new_as_the_scrape(tmp_path: Path) -> None:
    """The other worker's figure is of the last time that it was scraped itself, perhaps hours ago."""
    one, other = [
        WorkerMetrics(tmp_path / number, lambda own=own: own)  # type: ignore[misc]
        for number, own in (("0", counted(3, waiting=0)), ("1", counted(4, waiting=50)))
    ]
    for each in (one, other):
        each._folder.mkdir()
        each._write()
    lines = one.show().decode().splitlines()
    assert [line for line in lines if line.startswith("orchestratai_runs_unfinished")] == [
        "orchestratai_runs_unfinished 0.0"
    ]
    assert [line for line in lines if line.startswith("orchestratai_runs_total")] == [
        'orchestratai_runs_total{worker="0"} 3.0',
        'orchestratai_runs_total{worker="1"} 4.0',
    ]


def test_what_workers_of_an_earlier_life_counted_is_forgotten(tmp_path: Path) -> None:
    """With WORKERS=4 before and 2 now, two of them would be told of for ever."""
    left = tmp_path / "workers" / "3" / "metrics.prom"
    left.parent.mkdir(parents=True)
    left.write_bytes(counted(3, waiting=0))
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]

    class Prepared(Exception):
        """Far enough."""

    def prepare() -> None:
        raise Prepared

    with socket.socket() as listener, pytest.raises(Prepared):
        run_workers(settings, listener, prepare, lambda *_: None)
    assert not left.exists()


async def test_whoever_else_is_served_does_not_wait_for_a_scrape(tmp_path: Path) -> None:
    """Several workers' metrics take tens of milliseconds to put together."""
    begun, ready = threading.Event(), threading.Event()

    class Slow(WorkerMetrics):
        def show(self) -> bytes:
            begun.set()
            assert ready.wait(60)
            return b"shown"

    with embedded(tmp_path / "data") as server:
        server.house.shown = Slow(tmp_path, lambda: b"")
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as client:
            scrape = asyncio.create_task(client.get("/metrics"))
            try:
                assert await asyncio.to_thread(begun.wait, 60)
                assert (await client.get("/live", timeout=30)).status_code == 200
                assert not scrape.done()
            finally:
                ready.set()
            assert (await scrape).text == "shown"
