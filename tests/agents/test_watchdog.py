"""The watchdog of a wait: who is silent too long is given up, but not for a standstill of our own process."""

import asyncio
import socket
import time

import pytest

from agents.providers.watchdog import LATE, LOOKS, Watchdog, patience

LIMIT = 0.8


async def waiting(watchdog: Watchdog, wait: asyncio.Future[bytes], limit: float = LIMIT) -> bytes | None:
    """What came; None where the watchdog cut the wait."""
    watchdog.watch(limit)
    try:
        return await wait
    except asyncio.CancelledError:
        assert watchdog.expired()
        return None
    finally:
        watchdog.rest()
        watchdog.close()


async def test_a_wait_is_cut_after_its_limit_and_not_before() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await waiting(Watchdog(), loop.create_future()) is None
    assert loop.time() - begun >= LIMIT


@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.75])
async def test_what_arrived_while_the_process_stood_still_is_not_late(fraction: float) -> None:
    """Whenever in the wait the standstill begins, and however long it is; the bytes come at its end."""
    loop = asyncio.get_running_loop()
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        task = asyncio.ensure_future(waiting(Watchdog(), asyncio.ensure_future(loop.sock_recv(here, 10))))
        await asyncio.sleep(fraction * LIMIT)
        time.sleep(2 * LIMIT)  # the whole process: neither timers nor sockets are looked at
        there.send(b"on time")
        assert await task == b"on time"


async def test_after_a_standstill_the_sender_gets_time_to_catch_up() -> None:
    """Where the machine stood still the sender did, too: it may send a while after we go on."""
    loop = asyncio.get_running_loop()
    wait: asyncio.Future[bytes] = loop.create_future()
    task = asyncio.ensure_future(waiting(Watchdog(), wait, 40.0))
    await asyncio.sleep(0)
    watched = loop.time
    try:
        stood = 300.0
        loop.time = lambda: watched() + stood  # type: ignore[method-assign]
        await asyncio.sleep(0.2)
        assert not task.done()
        wait.set_result(b"caught up")
        assert await task == b"caught up"
    finally:
        loop.time = watched  # type: ignore[method-assign]


async def test_a_wait_that_goes_on_after_a_standstill_is_cut_all_the_same() -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(waiting(Watchdog(), loop.create_future()))
    await asyncio.sleep(0)
    time.sleep(LIMIT + 2 * LATE)
    resumed = loop.time()
    assert await task is None
    assert loop.time() - resumed >= LIMIT / LOOKS


async def test_patience_ends_what_takes_too_long_and_nothing_else() -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(TimeoutError), patience(0.05):
        await loop.create_future()
    with patience(60):
        await asyncio.sleep(0)

    async def patient() -> None:
        with patience(60):
            await loop.create_future()

    task = asyncio.ensure_future(patient())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_done_while_the_process_stood_still_is_in_time() -> None:
    loop = asyncio.get_running_loop()
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        loop.call_soon(time.sleep, 2 * LIMIT)
        loop.call_soon(there.send, b"on time")
        with patience(LIMIT):
            assert await loop.sock_recv(here, 10) == b"on time"
