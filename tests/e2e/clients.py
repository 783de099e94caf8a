"""Clients as strict as the strictest real ones: SSE read byte by byte from the response, and a WebSocket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WAIT = 60.0
"""Seconds after which a fact that was waited for is missed."""

ENDINGS = {"run.completed", "run.failed", "run.cancelled"}
QUESTION = "How do I get an API key?"
"""One that the documents answer and the cache never does."""


@dataclass(frozen=True)
class Frame:
    """What came: an event (with an id) or a control frame. `body` is the JSON as it travelled."""

    type: str
    body: bytes
    id: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def is_event(self) -> bool:
        return self.id is not None and self.type != "snapshot"


def events(frames: Iterable[Frame]) -> list[Frame]:
    """The frames that are in the log."""
    return [frame for frame in frames if frame.is_event]


def bodies(frames: Iterable[Frame]) -> list[bytes]:
    """The events' bytes."""
    return [frame.body for frame in frames if frame.is_event]


def types(frames: Iterable[Frame]) -> list[str]:
    return [frame.type for frame in frames]


def ended(frame: Frame) -> bool:
    return frame.type in ENDINGS


def answer_of(frames: Iterable[Frame]) -> str:
    """The tokens of the last attempt, joined."""
    text = ""
    for frame in frames:
        if frame.type == "run.restarted":
            text = ""
        elif frame.type == "token":
            text += frame.data["text"]
    return text


class Stream:
    """Frames in order. `seen` keeps all that were read."""

    def __init__(self, frames: AsyncIterator[Frame]) -> None:
        self._frames = frames
        self.seen: list[Frame] = []

    async def next(self, timeout: float = WAIT) -> Frame | None:
        """The next frame; None at the end."""
        frame = await asyncio.wait_for(anext(self._frames, None), timeout)
        if frame is not None:
            self.seen.append(frame)
        return frame

    async def until(self, what: str | Callable[[Frame], bool], *, count: int = 1) -> list[Frame]:
        """All frames up to and with the `count`-th that fits."""
        fits = what if callable(what) else lambda frame: frame.type == what
        got: list[Frame] = []
        deadline = time.monotonic() + WAIT
        while count:
            assert time.monotonic() < deadline, f"after {WAIT:.0f} s {types(got)[-20:]} without {what}"
            frame = await self.next()
            assert frame is not None, f"the stream ended after {types(got)[-20:]} without {what}"
            got.append(frame)
            count -= fits(frame)
        return got

    async def rest(self) -> list[Frame]:
        """All frames to the stream's end."""
        got: list[Frame] = []
        deadline = time.monotonic() + WAIT
        while (frame := await self.next()) is not None:
            got.append(frame)
            assert time.monotonic() < deadline, f"no end after {WAIT:.0f} s, but {types(got)[-20:]}"
        return got


def parse_block(block: bytes) -> Frame:
    """One SSE block, held to the wire rules; a client that is less strict would pass over what is wrong."""
    assert b"\r" not in block, "LF only"
    fields: dict[str, bytes] = {}
    for line in block.split(b"\n"):
        name, colon, value = line.partition(b": ")
        assert colon, f"a line without a field: {line!r}"
        assert name.decode() not in fields, f"two {name!r} lines in {block!r}"
        fields[name.decode()] = value
    assert fields.keys() <= {"id", "event", "data", "retry"}, fields.keys()
    assert "data" in fields, f"a block without data: {block!r}"
    assert "event" in fields, f"a block without a type: {block!r}"
    event_id = fields["id"].decode() if "id" in fields else None
    frame = Frame(fields["event"].decode(), fields["data"], event_id)
    assert frame.json["type"] == frame.type
    assert frame.json.get("id") == event_id
    assert ("retry" in fields) == (frame.type == "hello"), "retry belongs to hello"
    return frame


class Sse(Stream):
    """An open SSE response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        super().__init__(self._read())

    async def _read(self) -> AsyncIterator[Frame]:
        buffer = b""
        async for data in self.response.aiter_raw():
            buffer += data
            *blocks, buffer = buffer.split(b"\n\n")
            for block in blocks:
                yield parse_block(block)
        assert not buffer, f"the stream ended in the middle of {buffer!r}"


class Socket(Stream):
    """An open WebSocket; a frame's id is the envelope's."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        super().__init__(self._read())

    async def _read(self) -> AsyncIterator[Frame]:
        with suppress(ConnectionClosed):  # `closed` tells the code
            while True:
                text = await self.connection.recv()
                assert isinstance(text, str), "frames are text"
                value = json.loads(text)
                yield Frame(value["type"], text.encode(), value.get("id"))

    async def send(self, kind: str, **fields: object) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def asked(self, kind: str, **fields: object) -> Frame:
        """The ack or error that answers the frame sent."""
        await self.send(kind, **fields, ref="r")
        return (await self.until(lambda frame: frame.json.get("ref") == "r"))[-1]

    async def follow(self, session_id: str, after: str | None = None) -> None:
        given = {} if after is None else {"after": after}
        ack = await self.asked("follow", session_id=session_id, **given)
        assert ack.json["status"] == "following", ack

    async def closed(self) -> int:
        """The close code, once the server has closed."""
        await asyncio.wait_for(self.connection.wait_closed(), WAIT)
        assert self.connection.close_code is not None
        return self.connection.close_code


class Client:
    """A client of all instances of a target: each request goes to the next of them."""

    def __init__(self, urls: Iterable[str], headers: dict[str, str] | None = None) -> None:
        self._urls = cycle(urls)
        self._headers = headers or {}
        self.http = httpx.AsyncClient(headers=self._headers, timeout=WAIT, trust_env=False)

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    def url(self, path: str) -> str:
        return next(self._urls) + path

    async def request(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return await self.http.request(method, self.url(path), **rest)

    async def get(self, path: str, **rest: Any) -> httpx.Response:
        return await self.request("GET", path, **rest)

    async def post(self, path: str, **rest: Any) -> httpx.Response:
        return await self.request("POST", path, **rest)

    async def session(self) -> str:
        """A new session's id."""
        response = await self.post("/api/session")
        assert response.status_code == 201, response.text
        return str(response.json()["session_id"])

    async def chat(self, session_id: str, message: str = QUESTION, **rest: Any) -> httpx.Response:
        headers = rest.pop("headers", {})
        return await self.post(
            "/api/chat", json={"message": message, "session_id": session_id, **rest}, headers=headers
        )

    async def start(self, session_id: str, message: str = QUESTION, **rest: Any) -> str:
        """A run's id, without waiting for it."""
        response = await self.chat(session_id, message, headers={"Prefer": "respond-async"}, **rest)
        assert response.status_code == 202, response.text
        return str(response.json()["run_id"])

    @asynccontextmanager
    async def events(
        self, session_id: str, *, after: str | None = None, last: str | None = None, run: str | None = None
    ) -> AsyncIterator[Sse]:
        """The session's channel; `last` is sent as Last-Event-ID."""
        params = {name: value for name, value in (("after", after), ("run", run)) if value is not None}
        headers = {"Last-Event-ID": last} if last is not None else {}
        url = self.url(f"/api/session/{session_id}/events")
        async with self.http.stream("GET", url, params=params, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            yield Sse(response)

    @asynccontextmanager
    async def chat_events(self, session_id: str, message: str = QUESTION, **rest: Any) -> AsyncIterator[Sse]:
        """The run's events in the response to the POST."""
        headers = {"Accept": "text/event-stream", **rest.pop("headers", {})}
        body = {"message": message, "session_id": session_id, **rest}
        async with self.http.stream("POST", self.url("/api/chat"), json=body, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            yield Sse(response)

    @asynccontextmanager
    async def socket(self, **rest: Any) -> AsyncIterator[Socket]:
        url = self.url("/api/ws").replace("http", "ws", 1)
        given = {"additional_headers": self._headers, **rest}
        async with connect(url, proxy=None, max_size=None, close_timeout=2, **given) as connection:
            yield Socket(connection)

    async def kept(self, session_id: str) -> list[Frame]:
        """All events that the session's log keeps."""
        async with self.events(session_id, after="0-0") as stream:
            return events(await stream.until("live"))
