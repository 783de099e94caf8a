"""WORKERS: several processes on one port over one Redis, started, replaced and stopped by their parent."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.clients import Client
from tests.e2e.targets import START, Process, come_true, running_model, wait_for
from tests.redis_server import RedisServer

SPAWNED = b"spawn_main"


def workers(process: Process) -> list[int]:
    """The process ids of those that serve."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in children if SPAWNED in command(child)]


def command(pid: str) -> bytes:
    """A process' command line; empty if it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def replacement(process: Process, former: set[int]) -> int:
    """The worker who came to the former ones, once it is there."""
    came: list[int] = []

    def seen() -> bool:
        came[:] = [worker for worker in workers(process) if worker not in former]
        return bool(came)

    wait_for(seen, START, lambda: "nobody replaced the worker")
    (new,) = came
    return new


def alone(process: Process, worker: int, ask: Callable[[httpx.Client], None]) -> None:
    """Ask while the other workers stand still, so that this one answers."""
    others = [other for other in workers(process) if other != worker]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        with httpx.Client(base_url=process.url, trust_env=False, timeout=START) as client:
            assert client.get("/ready").status_code == 200
            ask(client)
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


@pytest.fixture
def two(running: RedisServer, tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "data", {"WORKERS": "2", "REDIS_URL": running.url, "DRAIN_TIMEOUT": "1"})
    try:
        process.start()
        yield process
    finally:
        for worker in workers(process) if process.running() else ():
            os.kill(worker, signal.SIGKILL)
        process.close()


def test_two_workers_serve_the_same_sessions_and_one_that_died_is_replaced(two: Process) -> None:
    one, other = workers(two)
    made: list[str] = []
    alone(two, one, lambda client: made.append(client.post("/api/session").raise_for_status().json()["session_id"]))
    (session_id,) = made
    body = {"session_id": session_id, "message": "How do refunds work?"}
    alone(two, other, lambda client: client.post("/api/chat", json=body).raise_for_status() and None)

    os.kill(other, signal.SIGKILL)
    new = replacement(two, {one, other})

    def read(client: httpx.Client) -> None:
        (turn,) = client.get(f"/api/session/{session_id}").raise_for_status().json()["turns"]
        assert turn["message"] == body["message"]

    for worker in (one, new):
        alone(two, worker, read)
    two.signal(signal.SIGTERM)
    assert two.wait() == 0


def test_whichever_worker_is_scraped_shows_what_each_has_counted(two: Process) -> None:
    asked = 0

    def ask(client: httpx.Client) -> None:
        nonlocal asked
        body = {"session_id": client.post("/api/session").json()["session_id"], "message": "How do refunds work?"}
        client.post("/api/chat", json=body).raise_for_status()
        asked += 1

    for worker in workers(two):
        alone(two, worker, ask)
    runs = re.compile(r'^orchestratai_runs_total\{kind="chat",outcome="completed",worker="(\d)"\} (\S+)$', re.M)
    shown: dict[int, dict[str, float]] = {}

    def all_told(worker: int) -> bool:
        def scrape(client: httpx.Client) -> None:
            text = client.get("/metrics").raise_for_status().text
            assert text.count("# TYPE orchestratai_runs_total counter") == 1
            shown[worker] = {number: float(count) for number, count in runs.findall(text)}

        alone(two, worker, scrape)
        return shown[worker] == {"0": 1.0, "1": 1.0}

    for worker in workers(two):
        wait_for(lambda: all_told(worker), START, lambda: f"{asked} were asked, {shown} are shown")  # noqa: B023


async def test_who_comes_while_the_workers_drain_is_refused_at_once(running: RedisServer, tmp_path: Path) -> None:
    """A proxy then asks another instance; a connection that nobody takes would be cut off at the end of the drain."""
    with running_model() as model:
        asked = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "quote", "DRAIN_TIMEOUT": "600"}
        process = Process(tmp_path / "data", {"WORKERS": "2", "REDIS_URL": running.url, **asked})
        try:
            process.start()
            model.next("paced?rate=50&tokens=100000")
            async with Client([process.url]) as client:
                session_id = await client.session()
                async with client.events(session_id) as stream:
                    await client.start(session_id)
                    await stream.until("token")
                    process.signal(signal.SIGTERM)
                    assert (await stream.rest())[-1].type == "bye"

            def refused() -> bool:
                try:
                    socket.create_connection(("127.0.0.1", process.port), 1).close()
                except ConnectionRefusedError:
                    return True
                return False

            await come_true(refused, "somebody still listens")
            assert process.running(), "the run has ten minutes"
        finally:
            for worker in workers(process) if process.running() else ():
                os.kill(worker, signal.SIGKILL)
            process.close()


def test_more_workers_without_redis_are_refused_with_the_reason(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [str(Path(sys.executable).parent / "orchestratai"), "serve"]
    environment = kept | {"WORKERS": "2", "DATA_DIR": str(tmp_path / "data"), "PORT": "0"}
    refused = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=START)
    assert refused.returncode != 0
    assert "WORKERS" in refused.stderr
    assert "REDIS_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "data").exists()
