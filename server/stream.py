"""A session's events as Server-Sent Events: one task, one write for all that is there."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from server.house import House
from server.identity import caller_in
from server.middleware import outlive
from server.opening import open_stream
from server.protocols import attach
from streaming.control import Bye, ByeData, Live, Ping, Snapshot, TopData, sse
from streaming.event import Event, EventId, format_id
from streaming.log import Store
from streaming.reader import Reader, Signal

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

DRAIN_JITTER_MS = 2000
"""Readers of a server that ends come back spread over this long."""


def bye_data(reason: str) -> ByeData:
    """What a leaving reader is told; those who may come back do so spread out."""
    retry = random.randint(100, DRAIN_JITTER_MS) if reason == "drain" else 0  # noqa: S311 - jitter, not a secret
    return ByeData.model_validate({"reason": reason, "retry_after_ms": retry})


def _nothing() -> None:
    pass


class EventStream(EventSourceResponse):
    """sse-starlette's response with a leaner call: no lock, no task group and no ping task for each reader."""

    def __init__(self, store: Store, reader: Reader, leave: Callable[[], None] = _nothing) -> None:
        """`leave` is called once, when the stream is over."""
        super().__init__(iter(()), headers=HEADERS)
        self._store = store
        self._reader = reader
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reader = self._reader
        async with AsyncExitStack() as opened:
            opened.callback(self._leave)
            await opened.enter_async_context(reader)
            heard = attach(reader, scope, _chunk)
            hello, snapshot = await open_stream(self._store, reader)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await _write(send, sse(hello) + (sse(snapshot) if snapshot is not None else b""))
            if snapshot is not None and _is_over(snapshot, reader.run_id):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            opened.pop_all()
        await outlive(scope, receive, send, partial(_serve, reader, heard, self._leave))


def event_stream(
    house: House, scope: Scope, session_id: str, after: EventId | None, run_id: str | None = None
) -> EventStream:
    """A session's events, or one run's, for the caller. Raises DoorError when too many of theirs are open."""
    caller = caller_in(scope)
    leave_quota = house.quotas.enter("streams", caller)
    reader = Reader(house.fanout, house.pulse, session_id, after, run_id)
    leave_inside = house.inside.enter(caller, partial(reader.leave, "revoked"))

    def leave() -> None:
        leave_inside()
        leave_quota()

    return EventStream(house.store, reader, leave)


async def _serve(reader: Reader, heard: bool, leave: Callable[[], None], receive: Receive, send: Send) -> None:
    """Write what comes until the reader is done, and close it. `heard`: the protocol tells when the client goes."""
    listener = None if heard else asyncio.ensure_future(_listen(receive, reader))
    try:
        await _pump(reader, send)
        if reader.reason != "gone":
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        if listener is not None:
            listener.cancel()
        leave()
        await reader.__aexit__(None, None, None)


async def _pump(reader: Reader, send: Send) -> None:
    while True:
        got = await reader.next()
        if isinstance(got, list):
            await _write(send, reader.channel.framed(got, _frames))
        elif got is Signal.LIVE or got is Signal.PING:
            await _write(send, sse(mark(got, reader)))
        elif got is Signal.BYE and reader.reason != "gone":
            await _write(send, sse(Bye(session_id=reader.session_id, data=bye_data(reader.reason))))
            return
        else:
            return


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def mark(signal: Signal, reader: Reader) -> Live | Ping:
    """LIVE and PING as frames."""
    kind = Live if signal is Signal.LIVE else Ping
    return kind(session_id=reader.session_id, data=TopData(top=format_id(reader.channel.top)))


def _is_over(snapshot: Snapshot, run_id: str | None) -> bool:
    return any(run["run_id"] == run_id and run["status"] != "running" for run in snapshot.data["runs"])


def _frames(events: Sequence[Event]) -> bytes:
    return b"".join([event.sse for event in events])


def _chunk(events: Sequence[Event]) -> bytes:
    body = _frames(events)
    return b"%x\r\n%b\r\n" % (len(body), body)


async def _listen(receive: Receive, reader: Reader) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.leave()
