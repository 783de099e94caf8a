"""Ways to bring events from one process to another through Redis: ours, a raw one, and other libraries'.

Each writes `runs` streams of events, a batch at a time to each, and reads them in another process.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import hiredis

from streaming.event import Encoder, Event
from streaming.log import RunRequest
from streaming.redis_store import open_redis

Received = Callable[[Sequence[bytes]], None]


class Writer(Protocol):
    """Writes a batch to one of the streams; returns once it is stored or published."""

    async def write(self, stream: str, events: list[bytes]) -> None: ...


# ── Ours ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Ours:
    def __init__(self, store: Any) -> None:
        self.store = store
        self.encoders: dict[str, Encoder] = {}

    async def begin(self, count: int) -> list[str]:
        for _ in range(count):
            session_id = (await self.store.create_session("")).session_id
            await self.store.submit(session_id, "", RunRequest("chat", "How much is it?"))
            lease = await self.store.claim(session_id)
            self.encoders[session_id] = Encoder(session_id, lease.run.run_id, lease.generation)
        return list(self.encoders)

    async def write(self, stream: str, events: list[bytes]) -> None:
        encoder = self.encoders[stream]
        await self.store.append(stream, [encoder.token(text.decode(), 1.0) for text in events])


@asynccontextmanager
async def write_ours(url: str, count: int) -> AsyncIterator[tuple[Writer, list[str]]]:
    async with open_redis(url) as store:
        writer = _Ours(store)
        yield writer, await writer.begin(count)


async def read_ours(url: str, streams: list[str], received: Received, ready: Callable[[], None]) -> None:
    def deliver(session_id: str, events: Sequence[Event]) -> None:
        received([event.body for event in events])

    async with open_redis(url) as store:
        for stream in streams:
            await store.attach(stream, deliver)
        ready()
        await asyncio.Event().wait()


# ── Raw sockets ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Raw(asyncio.Protocol):
    """One connection; what is written in one turn of the loop is one write, replies are counted."""

    def __init__(self) -> None:
        self.parser = hiredis.Reader()
        self.waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.pending: list[bytes] = []
        self.got = 0
        self.sent = 0
        self.busy = False
        self.on_message: Callable[[list[bytes]], None] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.parser.feed(data)
        while (reply := self.parser.gets()) is not False:
            if self.on_message is not None:
                self.on_message(reply)
            self.got += 1
        while self.waiting and self.waiting[0][0] <= self.got:
            self.waiting.pop(0)[1].set_result(None)
        self.busy = False
        self.flush()

    def send(self, commands: bytes, count: int) -> "asyncio.Future[None]":
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sent += count
        self.waiting.append((self.sent, future))
        self.pending.append(commands)
        if len(self.pending) == 1 and not self.busy:
            asyncio.get_running_loop().call_soon(self.flush)
        return future

    def flush(self) -> None:
        if self.pending and not self.busy:
            self.transport.write(b"".join(self.pending))
            self.pending.clear()
            self.busy = True


async def _raw(url: str) -> _Raw:
    address = urlsplit(url)
    _, protocol = await asyncio.get_running_loop().create_connection(_Raw, address.hostname, address.port)
    return protocol


class _RawWriter:
    """XADD for each event and one PUBLISH a batch, pipelined; bodies of the same size as ours."""

    def __init__(self, connection: _Raw) -> None:
        self.connection = connection
        self.encoders: dict[str, Encoder] = {}

    async def write(self, stream: str, events: list[bytes]) -> None:
        encoder = self.encoders.setdefault(stream, Encoder(stream, stream, 1))
        made = [encoder.token(text.decode(), 1.0) for text in events]
        commands = [hiredis.pack_command(("XADD", stream, b"%d-%d" % event.id, b"e", event.body)) for event in made]
        commands.append(hiredis.pack_command(("PUBLISH", stream, b"\n".join([event.body for event in made]))))
        await self.connection.send(b"".join(commands), len(commands))


@asynccontextmanager
async def write_raw(url: str, count: int) -> AsyncIterator[tuple[Writer, list[str]]]:
    connection = await _raw(url)
    yield _RawWriter(connection), [f"raw-{number:032}" for number in range(count)]
    connection.transport.close()


async def read_raw(url: str, streams: list[str], received: Received, ready: Callable[[], None]) -> None:
    connection = await _raw(url)

    def message(reply: list[bytes]) -> None:
        if reply[0] == b"message":
            received(reply[2].split(b"\n"))

    connection.on_message = message
    await connection.send(hiredis.pack_command(("SUBSCRIBE", *streams)), len(streams))
    ready()
    await asyncio.Event().wait()


# ── Others ───────────────────────────────────────────────────────────────────────────────────────────────────────


class _Singly:
    def __init__(self, publish: Callable[[bytes, str], Awaitable[Any]]) -> None:
        self.publish = publish

    async def write(self, stream: str, events: list[bytes]) -> None:
        for event in events:
            await self.publish(event, stream)


def _names(count: int) -> list[str]:
    return [f"channel-{number}" for number in range(count)]


@asynccontextmanager
async def write_litestar(url: str, count: int) -> AsyncIterator[tuple[Writer, list[str]]]:
    from litestar.channels.backends.redis import RedisChannelsStreamBackend
    from redis.asyncio import Redis

    client = Redis.from_url(url)
    backend = RedisChannelsStreamBackend(10_000, redis=client, cap_streams_approximate=True)
    yield _Singly(lambda event, stream: backend.publish(event, [stream])), _names(count)
    await client.aclose()


async def read_litestar(url: str, streams: list[str], received: Received, ready: Callable[[], None]) -> None:
    from litestar.channels.backends.redis import RedisChannelsStreamBackend
    from redis.asyncio import Redis

    backend = RedisChannelsStreamBackend(10_000, redis=Redis.from_url(url))
    await backend.subscribe(streams)
    ready()
    async for _, event in backend.stream_events():
        received([event])


@asynccontextmanager
async def write_channels(url: str, count: int) -> AsyncIterator[tuple[Writer, list[str]]]:
    from channels_redis.pubsub import RedisPubSubChannelLayer

    layer = RedisPubSubChannelLayer(hosts=[url])
    yield (
        _Singly(lambda event, stream: layer.group_send(stream, {"type": "event", "text": event.decode()})),
        _names(count),
    )


async def read_channels(url: str, streams: list[str], received: Received, ready: Callable[[], None]) -> None:
    from channels_redis.pubsub import RedisPubSubChannelLayer

    layer = RedisPubSubChannelLayer(hosts=[url])

    async def one(stream: str) -> None:
        channel = await layer.new_channel()
        await layer.group_add(stream, channel)
        ready()
        while True:
            received([(await layer.receive(channel))["text"].encode()])

    await asyncio.gather(*[one(stream) for stream in streams])


@asynccontextmanager
async def write_broadcaster(url: str, count: int) -> AsyncIterator[tuple[Writer, list[str]]]:
    from broadcaster import Broadcast

    async with Broadcast(url) as broadcast:
        yield _Singly(lambda event, stream: broadcast.publish(stream, event.decode())), _names(count)


async def read_broadcaster(url: str, streams: list[str], received: Received, ready: Callable[[], None]) -> None:
    from broadcaster import Broadcast

    async def one(subscriber: Any) -> None:
        async for event in subscriber:
            received([event.message.encode()])

    async with Broadcast(url) as broadcast, AsyncExitStack() as stack:
        # One after the other: of many at once its listener misses that there are any.
        subscribers = [await stack.enter_async_context(broadcast.subscribe(stream)) for stream in streams]
        ready()
        await asyncio.gather(*[one(subscriber) for subscriber in subscribers])


PEERS: dict[str, tuple[Any, Any]] = {
    "ours": (write_ours, read_ours),
    "raw": (write_raw, read_raw),
    "litestar": (write_litestar, read_litestar),
    "channels_redis": (write_channels, read_channels),
    "broadcaster": (write_broadcaster, read_broadcaster),
}
