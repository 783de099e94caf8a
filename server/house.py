"""The composition root: everything that opens, in one `async with`, closed in reverse order."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import orjson
import structlog

from agents.llm import LanguageModel
from agents.model_limits import ModelLimits
from agents.question import Answerer, Question, Turn
from server.data_dir import claim_data_dir
from server.errors import describe
from server.settings import Settings
from streaming.events import Output
from streaming.fanout import Fanout
from streaming.log import Run, Store, StoreError
from streaming.pulse import Pulse
from streaming.runs import Runs, open_runs
from streaming.sqlite import SqliteStore, open_sqlite
from streaming.stores import open_store

if TYPE_CHECKING:
    from agents.house import Agents, Progress

log = structlog.get_logger(__name__)

HISTORY = 10
"""Earlier questions that an agent is told of."""

PURGE = 3600.0


class Guest(Protocol):
    """A connection that watches no session in particular, and so hears no `bye` from one."""

    async def dismiss(self) -> None:
        """Leave as soon as what it follows has."""
        ...


@dataclass(slots=True)
class House:
    """What the doors need."""

    settings: Settings
    store: Store
    fanout: Fanout
    pulse: Pulse
    runs: Runs
    agents: "Agents"
    clock: Callable[[], float] = time.time
    ready: bool = True
    guests: set[Guest] = field(default_factory=set)

    async def drain(self) -> None:
        """Not ready any more; readers leave, runs get their time, the rest is handed over."""
        self.ready = False
        self.fanout.drain()
        leaving = [asyncio.ensure_future(guest.dismiss()) for guest in self.guests]
        await self.runs.drain(self.settings.drain_timeout)
        self.fanout.end()
        for task in leaving:
            task.cancel()


def answer_with(answerer: Answerer) -> Callable[[Run, Sequence[Run]], AsyncGenerator[Output, None]]:
    """The agents as the runs call them: the run's message with what was said before it."""

    async def answer(run: Run, earlier: Sequence[Run]) -> AsyncGenerator[Output, None]:
        question = Question(run.request.message, history=history(earlier), agent=run.request.agent)
        output = answerer(question)
        try:
            async for item in output:
                yield item
        finally:
            if isinstance(output, AsyncGenerator):
                await output.aclose()

    return answer


def history(earlier: Sequence[Run]) -> tuple[Turn, ...]:
    """The turns of the completed runs, oldest first."""
    turns: list[Turn] = []
    for run in [run for run in earlier if run.state == "completed" and run.ending is not None][-HISTORY:]:
        data = orjson.loads(run.ending or b"")["data"]
        turns += [Turn("user", run.request.message), Turn("agent", data["message"], data["agent"])]
    return tuple(turns)


async def open_model(settings: Settings, stack: AsyncExitStack) -> LanguageModel | None:
    """The model that writes the answers, if one is configured; nothing is asked of it yet."""
    if not settings.uses_model:
        return None
    from agents.openai_model import open_openai

    key = settings.openai_api_key
    opening = open_openai(
        api_key=key.get_secret_value() if key else None,
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        limits=ModelLimits(stall=settings.openai_timeout),
    )
    return await stack.enter_async_context(opening)


async def _open_store(settings: Settings, stack: AsyncExitStack) -> Store:
    if settings.redis_url is not None:
        return await stack.enter_async_context(open_store(settings.redis_url, session_ttl=settings.session_ttl))
    path = settings.data_dir / "sessions.db"
    return await stack.enter_async_context(open_sqlite(path, session_ttl=settings.session_ttl))


async def _purge(store: SqliteStore) -> None:
    while True:
        try:
            await store.purge()
        except StoreError as error:
            log.warning("old sessions not forgotten yet", reason=str(error))
        await asyncio.sleep(PURGE)


@asynccontextmanager
async def open_house(
    settings: Settings, *, progress: "Callable[[Progress], None]" = lambda _: None
) -> AsyncIterator[House]:
    """The whole house. Raises DataDirInUse, StoreError, and what the agents raise when they cannot be opened."""
    from agents.house import open_agents  # numpy and the index take their time: not for --help

    async with AsyncExitStack() as stack:
        stack.enter_context(claim_data_dir(settings.data_dir, settings.url))
        store = await _open_store(settings, stack)
        model = await open_model(settings, stack)
        agents = await stack.enter_async_context(
            open_agents(data_dir=settings.data_dir, model=model, progress=progress)
        )
        fanout, pulse = Fanout(store), Pulse(period=settings.heartbeat, blocked=settings.slow_timeout)
        store.on_delete = fanout.close_session
        store.on_lost = fanout.lose
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        runs = await stack.enter_async_context(
            open_runs(store, answer_with(agents.answer), describe, timeout=settings.run_timeout)
        )
        background = [tasks.create_task(pulse.run())]
        if isinstance(store, SqliteStore):
            background.append(tasks.create_task(_purge(store)))
        try:
            yield House(settings, store, fanout, pulse, runs, agents)
        finally:
            for task in background:
                task.cancel()
