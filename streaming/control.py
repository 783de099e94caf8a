"""Control frames: what a connection says of itself. They carry no id and are never stored."""

from typing import Any, Literal

from pydantic import Field

from streaming.events import Model

ByeReason = Literal["drain", "deleted", "state_lost", "slow", "revoked"]


class HelloData(Model):
    """The stream is open. `recovered`: everything after the cursor follows; else a snapshot stands for what is gone."""

    recovered: bool
    top: str


class TopData(Model):
    """The newest id in the session's log."""

    top: str


class ByeData(Model):
    """The server ends this stream. Come back after `retry_after_ms` with the last id; not after `deleted`."""

    reason: ByeReason
    retry_after_ms: int = Field(ge=0)


class Hello(Model):
    type: Literal["hello"] = "hello"
    session_id: str
    data: HelloData


class Live(Model):
    """Everything that was there has been sent; what comes now comes as it happens."""

    type: Literal["live"] = "live"
    session_id: str
    data: TopData


class Ping(Model):
    type: Literal["ping"] = "ping"
    session_id: str
    data: TopData


class Bye(Model):
    type: Literal["bye"] = "bye"
    session_id: str
    data: ByeData


class Snapshot(Model):
    """The session as it stands at `id`, from which the stream goes on. `data` is the fold of its runs."""

    type: Literal["snapshot"] = "snapshot"
    id: str
    session_id: str
    data: dict[str, Any]


Control = Hello | Live | Ping | Bye | Snapshot

RETRY_MS = 1000
"""What EventSource is told to wait before it reconnects."""


def encode(frame: Control) -> bytes:
    """The frame's JSON on one line."""
    return frame.model_dump_json(exclude_none=True).encode()


def sse(frame: Control) -> bytes:
    """The frame as a Server-Sent Event; `hello` brings the reconnection time, a snapshot its id."""
    head = b""
    if isinstance(frame, Snapshot):
        head = b"id: %b\n" % frame.id.encode()
    elif isinstance(frame, Hello):
        head = b"retry: %d\n" % RETRY_MS
    return b"%bevent: %b\ndata: %b\n\n" % (head, frame.type.encode(), encode(frame))
