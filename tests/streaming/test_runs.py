"""A run begins with its submission: its claim travels with it, in one commit or one round trip."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from streaming.event import START
from streaming.events import Metrics, Output, RunCompleted, RunFailed
from streaming.log import Run, RunRequest, Store
from streaming.runs import open_runs

ASK = RunRequest("chat", "How much is it?", "billing")


def describe(error: Exception) -> RunFailed:
    return RunFailed(code="internal_error", message=str(error), retryable=True)


async def test_a_run_is_claimed_by_the_time_that_it_is_submitted(store: Store) -> None:
    told: asyncio.Queue[Sequence[Run]] = asyncio.Queue()
    go_on = asyncio.Event()

    async def answer(run: Run, earlier: Sequence[Run]) -> AsyncGenerator[Output, None]:
        told.put_nowait(earlier)
        await go_on.wait()
        metrics = Metrics(tokensUsed=0, cost=0.0, latency=1.0)
        yield RunCompleted(message="It is free.", agent="billing", confidence=1.0, metrics=metrics)

    session_id = (await store.create_session("")).session_id
    async with open_runs(store, answer, describe) as runs:
        runs.wake(session_id)
        run, _ = await store.submit(session_id, "", ASK)
        runs.wake(session_id)
        await asyncio.sleep(0)
        assert runs.first_of(run.run_id)
        assert await told.get() == ()
        second, _ = await store.submit(session_id, "", ASK)
        runs.wake(session_id)
        assert runs.first_of(second.run_id) is None
        go_on.set()
        assert [earlier.run_id for earlier in await told.get()] == [run.run_id]
        while not (await store.run(second.run_id, "")).over:
            await asyncio.sleep(0)
    assert [event.type for event in await store.read(session_id, START)] == ["run.started", "run.completed"] * 2
