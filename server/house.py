"""The composition root: everything that opens, in one `async with`, closed in reverse order."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

from server.addresses import Addresses
from server.answering import Watch, answer_with
from server.configured import open_configured_agents
from server.data_dir import claim_data_dir, tell_of_little_room
from server.errors import describe
from server.keys import Keys
from server.load import Load
from server.metrics import Metrics, Now
from server.preemption import let_computing_give_way
from server.probes import Probes, open_probes
from server.quotas import Quotas
from server.rates import Rates, open_rates
from server.revocation import Inside
from server.settings import Settings
from server.tickets import Tickets
from server.worker_metrics import WorkerMetrics
from streaming.fanout import Fanout
from streaming.log import Store, StoreError
from streaming.pulse import Pulse
from streaming.runs import Runs, open_runs
from streaming.sqlite import SqliteStore, open_sqlite
from streaming.stores import open_store

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

    from agents.house import Agents, Progress
    from agents.tools.registry import Tools
    from server.traces import Traces
    from streaming.redis_store import RedisStore

log = structlog.get_logger(__name__)

PURGE = 3600.0

FAREWELL = 1.0
"""Seconds that guests have to take their last frames when no run keeps the process longer."""


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
    keys: Keys
    inside: Inside
    tickets: Tickets | None
    addresses: Addresses
    rates: Rates
    quotas: Quotas
    load: Load
    metrics: Metrics
    probes: Probes
    now: Now = field(init=False)
    shown: "Metrics | WorkerMetrics" = field(init=False)
    """What /metrics shows."""
    clock: Callable[[], float] = time.time
    started_at: float = field(default_factory=time.time)
    ready: bool = True
    guests: set[Guest] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.now = Now(self)
        self.shown = self.metrics
        self.metrics.registry.register(self.now)

    async def drain(self) -> None:
        """Not ready any more; readers leave, runs get their time, the rest is handed over."""
        self.ready = False
        log.info("draining", runs=self.runs.active, readers=self.pulse.members, sockets=len(self.guests))
        self.fanout.drain()
        leaving = [asyncio.ensure_future(guest.dismiss()) for guest in self.guests]
        handed_over = await self.runs.drain(self.settings.drain_timeout)
        log.info("drained", handed_over=handed_over)
        self.fanout.end()
        if leaving:
            await asyncio.wait(leaving, timeout=FAREWELL)
        for task in leaving:
            task.cancel()


async def _open_store(settings: Settings, stack: AsyncExitStack) -> "SqliteStore | RedisStore":
    if settings.redis_url is not None:
        return await stack.enter_async_context(open_store(settings.redis_url, session_ttl=settings.session_ttl))
    path = settings.data_dir / "sessions.db"
    return await stack.enter_async_context(open_sqlite(path, session_ttl=settings.session_ttl))


def open_keys(settings: Settings) -> Keys:
    """The keys that are configured. Raises KeysInvalid."""
    listed = settings.api_keys
    return Keys(listed.get_secret_value() if listed is not None else None, settings.api_keys_file)


def open_tickets(settings: Settings) -> Tickets | None:
    """What issues tickets; None where instances share sessions but no secret: one could not open another's."""
    if settings.ticket_secret is not None:
        secret = settings.ticket_secret.get_secret_value().encode()
    elif settings.redis_url is None:
        secret = secrets.token_bytes(32)
    else:
        return None
    return Tickets(secret, settings.ticket_ttl, time.time)


async def _purge(store: SqliteStore) -> None:
    while True:
        try:
            await store.purge()
        except StoreError as error:
            log.warning("old sessions not forgotten yet", reason=str(error))
        await asyncio.sleep(PURGE)


def _open_traces(exporter: "str | SpanExporter", settings: Settings) -> "AbstractAsyncContextManager[Traces]":
    from server.traces import open_traces  # OpenTelemetry is optional, and slow to import
    from server.version import VERSION

    return open_traces(exporter, model=settings.openai_model if settings.uses_model else None, version=VERSION)


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    progress: "Callable[[Progress], None]" = lambda _: None,
    tools: "Tools | None" = None,
    traces: "SpanExporter | None" = None,
) -> AsyncIterator[House]:
    """The whole house. `tools` are those of agent runs, by default all; `traces` is where they go instead of OTLP.

    Raises DataDirInUse, KeysInvalid, StoreError, and what the agents raise when they cannot be opened.
    """
    let_computing_give_way()
    keys = open_keys(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(claim_data_dir(settings.data_dir, settings.url))
        if settings.qdrant_url is None:
            tell_of_little_room(settings.data_dir)
        store = await _open_store(settings, stack)
        agents = await stack.enter_async_context(
            open_configured_agents(settings, answers=store.answers, tools=tools, progress=progress)
        )
        fanout, pulse = Fanout(store), Pulse(period=settings.heartbeat, blocked=settings.slow_timeout)
        store.on_delete = fanout.close_session
        store.on_lost = fanout.lose
        rates = await stack.enter_async_context(
            open_rates(settings.redis_url, per_ip=settings.rate_limit_per_ip, per_key=settings.rate_limit_per_key)
        )
        probes = await stack.enter_async_context(open_probes(settings))
        quotas = Quotas(store, streams=settings.streams_per_client, runs=settings.runs_per_client)
        metrics = Metrics(agents.tools)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        watches: list[Watch] = [metrics.watch, quotas.watch]
        exporter = traces or settings.otel_exporter_otlp_endpoint
        if exporter is not None:
            watches.append((await stack.enter_async_context(_open_traces(exporter, settings))).watch)
        answer = answer_with(agents.answer, agents.work, watches)
        runs = await stack.enter_async_context(open_runs(store, answer, describe, timeout=settings.run_timeout))
        inside = Inside(keys)
        load = Load(settings.max_runs, lambda: runs.active)
        house = House(
            settings=settings,
            store=store,
            fanout=fanout,
            pulse=pulse,
            runs=runs,
            agents=agents,
            keys=keys,
            inside=inside,
            tickets=open_tickets(settings),
            addresses=Addresses(settings.trusted_proxies),
            rates=rates,
            quotas=quotas,
            load=load,
            metrics=metrics,
            probes=probes,
        )
        background = [tasks.create_task(each) for each in (pulse.run(), load.watch(), inside.watch())]
        if settings.workers > 1:
            house.shown = WorkerMetrics(settings.data_dir, metrics.show)
            background.append(tasks.create_task(house.shown.watch()))
        if isinstance(store, SqliteStore):
            background.append(tasks.create_task(_purge(store)))
        try:
            yield house
        finally:
            for task in background:
                task.cancel()
