"""The thread that serves asks for short slices of a processor, and what it starts does not."""

import ctypes
import platform
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.preemption import SLICE, run_soon

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
