"""The thread that serves asks for short slices of a processor, and those that compute are nicer than it."""

import ctypes
import platform
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from server.preemption import NICER, SLICE, run_soon
from tests.e2e.targets import Process

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="reads the slice by Linux's number for x86-64"
)


def the_slice() -> int:
    """Nanoseconds that the calling thread has of a processor at a time."""
    attributes = (ctypes.c_uint64 * 6)()
    assert ctypes.CDLL(None).syscall(315, 0, attributes, 48, 0) == 0
    return int(attributes[3])


def test_only_the_thread_that_asks_has_short_slices() -> None:
    with ThreadPoolExecutor(1) as serving:
        before = serving.submit(the_slice).result()
        if not serving.submit(run_soon).result() or not before:
            pytest.skip("this Linux gives no slices of one's own (before 6.12)")
        with_it = serving.submit(the_slice).result()

        def started_by_it() -> int:
            with ThreadPoolExecutor(1) as another:
                return another.submit(the_slice).result()

        assert with_it == SLICE
        assert serving.submit(started_by_it).result() == before
    assert the_slice() == before


def niceness(task: Path) -> int:
    """How nice a thread is, by its folder in /proc."""
    return int((task / "stat").read_text().rpartition(")")[2].split()[16])


def test_a_server_s_threads_that_compute_are_nicer_than_the_one_that_serves(tmp_path: Path) -> None:
    process = Process(tmp_path / "data")
    process.start()
    try:
        with httpx.Client(base_url=process.url, trust_env=False) as client:
            session_id = client.post("/api/session").json()["session_id"]
            asked = {"session_id": session_id, "message": "How do refunds work?"}
            client.post("/api/chat", json=asked).raise_for_status()
        tasks = {int(task.name): task for task in Path(f"/proc/{process.pid}/task").iterdir()}
        serving = niceness(tasks.pop(process.pid))
        others = Counter(niceness(task) - serving for task in tasks.values())
        assert set(others) == {0, NICER}  # those that keep the log are as the one that serves
    finally:
        process.close()
