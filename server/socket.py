"""WS /api/ws: one socket for many sessions, the same events as over SSE."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from server.errors import (
    FORBIDDEN_ORIGIN,
    INVALID,
    INVALID_JSON,
    SHUTTING_DOWN,
    TOO_FAST,
    TOO_LARGE,
    DoorError,
    problem_of,
)
from server.house import House
from server.identity import OPEN
from server.middleware import outlive
from server.opening import cursor_of, open_stream, run_start
from server.origins import allowed
from server.protocols import FRAMES, attach
from server.requests import idempotency
from server.socket_frames import CLIENT_FRAME, Ack, Cancel, Error, Follow, Pong, Unfollow
from server.socket_frames import Send as SendFrame
from server.stream import bye_data, mark
from streaming.control import Bye, Control, encode
from streaming.event import Event
from streaming.log import RunRequest
from streaming.reader import Reader, Signal

log = structlog.get_logger(__name__)

FRAME_LIMIT = 64 * 1024
FOLLOW_LIMIT = 64
BURST = 100
PER_SECOND = 20.0


class Socket:
    """One connection: its client's frames in turn, and a task for each session that it follows."""

    def __init__(self, house: House, scope: Scope, receive: Receive, send: Send) -> None:
        self._house = house
        self._receive = receive
        self._send = send
        self._scope = scope
        self._frames = FRAMES in scope.get("extensions", {})
        self._owner = OPEN
        self._following: dict[str, asyncio.Task[None]] = {}
        self._credit = float(BURST)
        self._credited = asyncio.get_running_loop().time()
        self._closed = False

    async def serve(self) -> None:
        """Until the client goes, or must go."""
        self._house.guests.add(self)
        try:
            while not self._closed:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._take(message)
        finally:
            self._house.guests.discard(self)
            self._closed = True
            for task in self._following.values():
                task.cancel()
            if self._following:
                await asyncio.wait(self._following.values())

    async def dismiss(self) -> None:
        """This process ends: close once every session that is followed has said `bye`."""
        if self._following:
            await asyncio.wait(tuple(self._following.values()))
        await self._close(4001, "drain")

    async def _take(self, message: Any) -> None:
        ref: str | None = None
        session_id: str | None = None
        try:
            if not self._affordable():
                raise DoorError(TOO_FAST, f"More than {PER_SECOND:.0f} frames a second: come back more slowly.")
            value = _parse(message)
            ref, session_id = _text(value.get("ref")), _text(value.get("session_id"))
            await self._do(CLIENT_FRAME.validate_python(value))
        except Exception as error:
            problem, text = problem_of(error)
            if problem.status >= 500:
                log.exception("socket frame failed", code=problem.code)
            frame = Error(code=problem.code, message=text, retryable=problem.retryable, session_id=session_id, ref=ref)
            await self._control(frame)
            if problem is TOO_FAST:
                await self._close(4029, "too many frames")

    def _affordable(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._credit = min(BURST, self._credit + (now - self._credited) * PER_SECOND) - 1
        self._credited = now
        return self._credit >= 0

    async def _do(self, frame: Follow | Unfollow | SendFrame | Cancel | Pong) -> None:
        match frame:
            case Follow():
                await self._follow(frame)
            case Unfollow():
                session_id = str(frame.session_id)
                task = self._following.pop(session_id, None)
                if task is not None:
                    task.cancel()
                    await asyncio.wait((task,))
                await self._control(Ack(session_id=session_id, status="unfollowed", ref=frame.ref))
            case SendFrame():
                await self._ask(frame)
            case Cancel():
                run = await self._house.store.request_cancel(frame.run_id, self._owner, "user")
                status = run.state if run.over else "cancelling"
                await self._control(Ack(session_id=run.session_id, run_id=run.run_id, status=status, ref=frame.ref))
            case Pong():
                pass

    async def _ask(self, frame: SendFrame) -> None:
        if not self._house.ready:
            raise DoorError(SHUTTING_DOWN, "This instance is shutting down. Send it again after reconnecting.")
        session_id = str(frame.session_id)
        asked = RunRequest("chat", frame.message, frame.agent)
        key = idempotency(frame.idempotency_key, session_id, asked, frame.on_busy)
        run, _new = await self._house.store.submit(
            session_id, self._owner, asked, on_busy=frame.on_busy, idempotency=key
        )
        self._house.runs.wake(session_id)
        await self._control(Ack(session_id=session_id, run_id=run.run_id, status=run.state, ref=frame.ref))

    async def _follow(self, frame: Follow) -> None:
        session_id = str(frame.session_id)
        after = cursor_of(frame.after) if frame.after is not None else None
        end = await self._house.store.top(session_id)
        session = await self._house.store.session(session_id, self._owner)
        earlier = self._following.pop(session_id, None)
        if earlier is not None:
            earlier.cancel()
            await asyncio.wait((earlier,))
        if len(self._following) >= FOLLOW_LIMIT:
            raise DoorError(INVALID, f"One socket follows {FOLLOW_LIMIT} sessions at most: unfollow one first.")
        if after is None:
            after = run_start(session.active_run, end)
        await self._control(Ack(session_id=session_id, status="following", ref=frame.ref))
        reader = Reader(self._house.fanout, self._house.pulse, session_id, after)
        task = self._following[session_id] = asyncio.ensure_future(self._pump(reader))
        task.add_done_callback(lambda done: self._left(session_id, done))

    def _left(self, session_id: str, task: asyncio.Task[None]) -> None:
        if self._following.get(session_id) is task:
            del self._following[session_id]

    async def _pump(self, reader: Reader) -> None:
        try:
            async with reader:
                attach(reader, self._scope, _frames)
                for frame in await open_stream(self._house.store, reader):
                    if frame is not None:
                        await self._control(frame)
                await self._relay(reader)
        except Exception as error:
            problem, text = problem_of(error)
            if problem.status >= 500:
                log.exception("socket stream failed", code=problem.code)
            await self._control(
                Error(code=problem.code, message=text, retryable=problem.retryable, session_id=reader.session_id)
            )

    async def _relay(self, reader: Reader) -> None:
        while True:
            got = await reader.next()
            if isinstance(got, list):
                await self._events(got)
            elif got is Signal.LIVE or got is Signal.PING:
                await self._control(mark(got, reader))
            else:
                await self._control(Bye(session_id=reader.session_id, data=bye_data(reader.reason)))
                return

    async def _events(self, events: list[Event]) -> None:
        if self._frames:
            await self._send({"type": "websocket.send", "frames": _frames(events)})
        else:
            for event in events:
                await self._send({"type": "websocket.send", "text": event.body.decode()})

    async def _control(self, frame: Control | Ack | Error) -> None:
        body = frame.model_dump_json(exclude_none=True) if isinstance(frame, Ack | Error) else encode(frame).decode()
        if not self._closed:
            await self._send({"type": "websocket.send", "text": body})

    async def _close(self, code: int, reason: str) -> None:
        if not self._closed:
            self._closed = True
            await self._send({"type": "websocket.close", "code": code, "reason": reason})


def _frames(events: Sequence[Event]) -> bytes:
    return b"".join([event.frame for event in events])


def _parse(message: Any) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise DoorError(INVALID, "Frames are text: one JSON object each.")
    if len(text) > FRAME_LIMIT:
        raise DoorError(TOO_LARGE, f"A frame has {FRAME_LIMIT} characters at most.")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DoorError(INVALID_JSON, f"The frame is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise DoorError(INVALID, "A frame is a JSON object with a type.")
    return value


def _text(value: object) -> str | None:
    return value[:128] if isinstance(value, str) and value else None


class SocketDoor:
    """The ASGI endpoint. A page of another site is told so with a close code, which a browser shows to it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        house: House = scope["app"].state.house
        await receive()
        await send({"type": "websocket.accept"})
        if allowed(scope, house.settings.allowed_origins):
            await outlive(scope, receive, send, partial(_serve, house, scope))
        else:
            await send({"type": "websocket.close", "code": FORBIDDEN_ORIGIN.close, "reason": "origin not allowed"})


async def _serve(house: House, scope: Scope, receive: Receive, send: Send) -> None:
    await Socket(house, scope, receive, send).serve()
