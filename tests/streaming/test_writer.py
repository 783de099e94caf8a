"""The writer always writes an ending, and stores before it shows."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from streaming.event import START, Event
from streaming.events import Output, RunFailed
from streaming.log import Fenced, Hole, Lease, SessionNotFound, Store, StoreUnavailable
from streaming.writer import HandedOver, Writer
from tests.streaming.facts import STARTED, completed


def describe(error: Exception) -> RunFailed:
    return RunFailed(code=type(error).__name__, message=str(error), retryable=False)


async def write(store: Store, lease: Lease, output: AsyncGenerator[Output, None], timeout: float = 60) -> list[Event]:
    await Writer(store, lease).write(output, describe, timeout=timeout)
    return await store.read(lease.session_id, START, limit=100_000)


async def answer(*outputs: Output) -> AsyncGenerator[Output, None]:
    for output in outputs:
        yield output


async def endless(reached: asyncio.Event, closed: asyncio.Event) -> AsyncGenerator[Output, None]:
    try:
        yield STARTED
        yield "Half"
        reached.set()
        await asyncio.Event().wait()
    finally:
        closed.set()


def types(events: Sequence[Event]) -> list[str]:
    return [event.type for event in events]


async def test_an_answer_is_numbered_without_holes_and_ended(store: Store, lease: Lease) -> None:
    events = await write(store, lease, answer(STARTED, *["word "] * 1000, completed("word " * 1000)))
    assert [event.id for event in events] == [(lease.generation, number) for number in range(1, 1003)]
    assert types(events) == ["run.started", *["token"] * 1000, "run.completed"]


async def test_nothing_is_written_after_the_ending(store: Store, lease: Lease) -> None:
    events = await write(store, lease, answer(STARTED, completed(""), "more", completed("")))
    assert types(events) == ["run.started", "run.completed"]


async def test_an_agent_that_raises_ends_in_its_error_with_what_it_said_kept(store: Store, lease: Lease) -> None:
    async def failing() -> AsyncGenerator[Output, None]:
        yield STARTED
        yield "Half"
        raise LookupError("no such page")

    events = await write(store, lease, failing())
    assert types(events) == ["run.started", "token", "run.failed"]
    assert b'"code":"LookupError"' in events[-1].body


async def test_an_agent_that_ends_without_an_ending_has_failed(store: Store, lease: Lease) -> None:
    events = await write(store, lease, answer(STARTED, "Half"))
    assert types(events) == ["run.started", "token", "run.failed"]


async def test_an_agent_that_takes_too_long_is_closed_and_has_failed(store: Store, lease: Lease) -> None:
    reached, closed = asyncio.Event(), asyncio.Event()
    events = await write(store, lease, endless(reached, closed), timeout=0.05)
    assert b'"code":"run_timeout"' in events[-1].body
    assert closed.is_set()


async def test_a_stopped_run_is_cancelled_and_its_agent_closed(store: Store, lease: Lease) -> None:
    reached, closed = asyncio.Event(), asyncio.Event()
    writer = Writer(store, lease)
    writing = asyncio.create_task(writer.write(endless(reached, closed), describe, timeout=60))
    await asyncio.wait_for(reached.wait(), 60)
    writer.stop("user")
    writer.stop("somebody else")
    await asyncio.wait_for(writing, 60)
    events = await store.read(lease.session_id, START)
    assert types(events) == ["run.started", "token", "run.cancelled"]
    assert b'"by":"user"' in events[-1].body
    assert closed.is_set()
    assert (await store.run(lease.run.run_id, "")).state == "cancelled"


async def test_a_run_stopped_before_it_began_is_cancelled(store: Store, lease: Lease) -> None:
    writer = Writer(store, lease)
    writer.stop("user")
    await writer.write(answer(STARTED, "x", completed("x")), describe, timeout=60)
    assert types(await store.read(lease.session_id, START))[-1] == "run.cancelled"


async def test_a_run_handed_over_is_left_without_an_ending(store: Store, lease: Lease) -> None:
    reached, closed = asyncio.Event(), asyncio.Event()
    writer = Writer(store, lease)
    writing = asyncio.create_task(writer.write(endless(reached, closed), describe, timeout=60))
    await asyncio.wait_for(reached.wait(), 60)
    writer.hand_over()
    with pytest.raises(HandedOver):
        await asyncio.wait_for(writing, 60)
    assert closed.is_set()
    assert "run.cancelled" not in types(await store.read(lease.session_id, START))


async def test_a_writer_that_lost_its_lease_steps_aside(store: Store, lease: Lease) -> None:
    reached, closed = asyncio.Event(), asyncio.Event()
    writing = asyncio.create_task(Writer(store, lease).write(endless(reached, closed), describe, timeout=60))
    await asyncio.wait_for(reached.wait(), 60)
    await store.release(lease)
    assert await store.claim(lease.session_id) is not None
    with pytest.raises(Fenced):
        await Writer(store, lease).write(answer(STARTED), describe, timeout=60)
    writing.cancel()
    await asyncio.wait((writing,))


async def test_a_deleted_session_stops_its_writer(store: Store, lease: Lease) -> None:
    await store.delete_session(lease.session_id, "")
    with pytest.raises(SessionNotFound):
        await Writer(store, lease).write(answer(STARTED), describe, timeout=60)


class Flaky:
    """A store in front of the real one that fails as it is told to: a real append, or one of the errors given."""

    def __init__(self, store: Store, *troubles: Exception | None) -> None:
        self._store = store
        self._troubles = list(troubles)

    async def append(self, session_id: str, events: Sequence[Event]) -> None:
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble is not None:
            raise trouble
        await self._store.append(session_id, events)


@pytest.mark.parametrize(
    "troubles",
    [
        [StoreUnavailable("away"), StoreUnavailable("away")],
        [None, StoreUnavailable("away"), Hole(1), None, Hole(2)],
        [None, None, Hole(1)],
    ],
)
async def test_a_writer_goes_on_where_an_absent_store_left_off(
    store: Store, lease: Lease, troubles: list[Exception | None]
) -> None:
    async def slowly() -> AsyncGenerator[Output, None]:
        yield STARTED
        for number in range(30):
            await asyncio.sleep(0)
            yield f"{number} "
        yield completed("".join(f"{number} " for number in range(30)))

    flaky: Store = Flaky(store, *troubles)  # type: ignore[assignment]
    await Writer(flaky, lease).write(slowly(), describe, timeout=60)
    events = await store.read(lease.session_id, START)
    assert types(events) == ["run.started", *["token"] * 30, "run.completed"]
