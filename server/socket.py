"""WS /api/ws: one socket for many sessions, the same events as over SSE."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from server.errors import (
    FLOODED,
    FORBIDDEN_ORIGIN,
    INVALID,
    INVALID_JSON,
    SHUTTING_DOWN,
    TOO_LARGE,
    UNAUTHORIZED,
    DoorError,
    problem_of,
)
from server.house import House
from server.identity import caller_in
from server.middleware import outlive
from server.opening import cursor_of, open_stream, run_start
from server.origins import allowed
from server.protocols import ABORT, FRAMES, attach
from server.revocation import may_stay
from server.socket_frames import CLIENT_FRAME, Ack, Cancel, Error, Follow, Pong, Unfollow
from server.socket_frames import Send as SendFrame
from server.stream import bye_data, mark
from server.submitting import submit
from streaming.control import Bye, Control, encode
from streaming.event import Event
from streaming.log import RunRequest, SessionNotFound
from streaming.reader import Reader, Signal

log = structlog.get_logger(__name__)

FRAME_LIMIT = 64 * 1024
FOLLOW_LIMIT = 64
BURST = 100
PER_SECOND = 20.0

REVOKED = "The key that opened this socket is no longer valid."

FAREWELL = 1.0
"""Seconds that a client whose key was revoked has to take its last frames."""


class Socket:
    """One connection: its client's frames in turn, and a task for each session that it follows."""

    def __init__(self, house: House, scope: Scope, receive: Receive, send: Send) -> None:
        self._house = house
        self._receive = receive
        self._send = send
        self._scope = scope
        self._frames = FRAMES in scope.get("extensions", {})
        self._caller = caller_in(scope)
        self._owner = self._caller.owner
        self._following: dict[str, asyncio.Task[None]] = {}
        self._credit = float(BURST)
        self._credited = asyncio.get_running_loop().time()
        self._closed = False
        self._leaving: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Until the client goes, or must go."""
        self._house.guests.add(self)
        leave = self._house.inside.enter(self._caller, self.revoke)
        try:
            while not self._closed:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._take(message)
        finally:
            self._house.guests.discard(self)
            leave()
            self._closed = True
            if self._leaving is not None:
                self._leaving.cancel()
            for task in self._following.values():
                task.cancel()
            if self._following:
                await asyncio.wait(self._following.values())

    async def dismiss(self) -> None:
        """This process ends: close once every session that is followed has said `bye`."""
        if self._following:
            await asyncio.wait(tuple(self._following.values()))
        await self._close(4001, "drain")

    def revoke(self) -> None:
        """The key that opened this socket is no longer valid: leave."""
        self._leaving = asyncio.ensure_future(self._expel())

    async def _expel(self) -> None:
        """Say `bye` for every session that is followed, and close; a client that takes none of it is cut off."""
        try:
            async with asyncio.timeout(FAREWELL):
                following = dict(self._following)
                for task in following.values():
                    task.cancel()
                if following:
                    await asyncio.wait(following.values())
                for session_id in following:
                    await self._control(Bye(session_id=session_id, data=bye_data("revoked")))
                await self._control(Error(code=UNAUTHORIZED.code, message=REVOKED, retryable=False))
                await self._close(UNAUTHORIZED.close or 4501, UNAUTHORIZED.code)
                await asyncio.Event().wait()  # cancelled when the client has closed, too
        except TimeoutError:
            self._scope.get("extensions", {}).get(ABORT, _nothing)()

    async def _take(self, message: Any) -> None:
        ref: str | None = None
        session_id: str | None = None
        try:
            if not self._affordable():
                raise DoorError(FLOODED, f"More than {PER_SECOND:.0f} frames a second: come back more slowly.")
            value = _parse(message)
            ref, session_id = _text(value.get("ref")), _text(value.get("session_id"))
            if not may_stay(self._house.keys, self._caller):
                raise DoorError(UNAUTHORIZED, REVOKED)
            await self._do(CLIENT_FRAME.validate_python(value))
        except Exception as error:
            problem, text = problem_of(error)
            if problem.status >= 500:
                log.exception("socket frame failed", code=problem.code)
            frame = Error(code=problem.code, message=text, retryable=problem.retryable, session_id=session_id, ref=ref)
            await self._control(frame)
            if problem is UNAUTHORIZED or problem is FLOODED:
                await self._close(problem.close or 4029, problem.code)

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
                self._mine(UUID((await self._house.store.run(frame.run_id, self._owner)).session_id))
                run = await self._house.store.request_cancel(frame.run_id, self._owner, "user")
                status = run.state if run.over else "cancelling"
                await self._control(Ack(session_id=run.session_id, run_id=run.run_id, status=status, ref=frame.ref))
            case Pong():
                pass

    async def _ask(self, frame: SendFrame) -> None:
        session_id = self._mine(frame.session_id)
        await self._house.rates.count(self._caller)
        run = await submit(
            self._house,
            self._caller,
            session_id,
            RunRequest("chat", frame.message, frame.agent),
            on_busy=frame.on_busy,
            idempotency_key=frame.idempotency_key,
        )
        await self._control(Ack(session_id=session_id, run_id=run.run_id, status=run.state, ref=frame.ref))

    def _mine(self, given: UUID) -> str:
        """The session's id. Raises SessionNotFound when a ticket limits the socket to another."""
        session_id = str(given)
        if self._caller.session_id not in (None, session_id):
            raise SessionNotFound("this socket's ticket is for another session")
        return session_id

    async def _follow(self, frame: Follow) -> None:
        session_id = self._mine(frame.session_id)
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
            await self._tell({"type": "websocket.send", "frames": _frames(events)})
        else:
            for event in events:
                await self._tell({"type": "websocket.send", "text": event.body.decode()})

    async def _control(self, frame: Control | Ack | Error) -> None:
        body = frame.model_dump_json(exclude_none=True) if isinstance(frame, Ack | Error) else encode(frame).decode()
        if not self._closed:
            await self._tell({"type": "websocket.send", "text": body})

    async def _close(self, code: int, reason: str) -> None:
        if not self._closed:
            self._closed = True
            await self._tell({"type": "websocket.close", "code": code, "reason": reason})

    async def _tell(self, message: Any) -> None:
        """What a client that has just gone no longer hears is no error: that it went is received next."""
        with suppress(OSError):
            await self._send(message)


def _nothing() -> None:
    pass


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
    """The ASGI endpoint. Who may not come in is told so with a close code, which a browser shows to its page."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        house: House = scope["app"].state.house
        await receive()
        await send({"type": "websocket.accept"})
        try:
            leave = _enter(house, scope)
        except DoorError as error:
            problem = error.problem
            house.metrics.refused.labels(problem.code).inc()
            await send({"type": "websocket.close", "code": problem.close or 4503, "reason": problem.code})
        else:
            await outlive(scope, receive, send, partial(_serve, house, scope, leave))


def _enter(house: House, scope: Scope) -> Callable[[], None]:
    """Lets the client in; what is returned is to be called when it leaves. Raises DoorError."""
    if not house.ready:
        raise DoorError(SHUTTING_DOWN, "This instance is shutting down.")
    if not allowed(scope, house.settings.allowed_origins):
        raise DoorError(FORBIDDEN_ORIGIN, "This origin is not in ALLOWED_ORIGINS.")
    if "refused" in scope["state"]:
        raise scope["state"]["refused"]
    return house.quotas.enter("sockets", caller_in(scope))


async def _serve(house: House, scope: Scope, leave: Callable[[], None], receive: Receive, send: Send) -> None:
    try:
        await Socket(house, scope, receive, send).serve()
    finally:
        leave()
