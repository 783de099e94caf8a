"""One event as bytes: encoded once, then stored and sent as it is, and never parsed on the way."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import orjson

from streaming.events import TYPES, Model

EventId = tuple[int, int]
"""(generation, sequence): sorts as the log does."""

START: EventId = (0, 0)
"""Before every event."""


class MalformedId(ValueError):
    """The text is not `<generation>-<sequence>`."""


def parse_id(text: str) -> EventId:
    """`"17-3"` as (17, 3). Raises MalformedId."""
    generation, dash, sequence = text.partition("-")
    digits = generation.isascii() and generation.isdigit() and sequence.isascii() and sequence.isdigit()
    if not dash or not digits or len(generation) > 18 or len(sequence) > 18:
        raise MalformedId(f"an event id looks like 1764000000000-12, not {text[:40]!r}")
    return int(generation), int(sequence)


def format_id(event_id: EventId) -> str:
    """(17, 3) as `"17-3"`."""
    return f"{event_id[0]}-{event_id[1]}"


class Event:
    """An encoded event. `body` is the envelope's JSON on one line, UTF-8; the rest is what routing it needs."""

    __slots__ = ("_frame", "_sse", "body", "id", "run_id", "type")

    def __init__(self, event_id: EventId, event_type: str, run_id: str, body: bytes) -> None:
        self.id = event_id
        self.type = event_type
        self.run_id = run_id
        self.body = body
        self._sse: bytes | None = None
        self._frame: bytes | None = None

    @property
    def sse(self) -> bytes:
        """The event as a Server-Sent Event, made once for all readers."""
        if self._sse is None:
            self._sse = b"id: %d-%d\nevent: %s\ndata: %s\n\n" % (*self.id, self.type.encode(), self.body)
        return self._sse

    @property
    def frame(self) -> bytes:
        """The event as a WebSocket text frame from a server, made once for all readers."""
        if self._frame is None:
            self._frame = text_frame(self.body)
        return self._frame

    @property
    def made_at(self) -> float:
        """When the event was made, in Unix seconds; read from its bytes."""
        return datetime.fromisoformat(self.body.split(b'"', 20)[19].decode()).timestamp()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and self.body == other.body

    def __hash__(self) -> int:
        return hash(self.body)

    def __repr__(self) -> str:
        return f"Event({self.body.decode()})"


def text_frame(payload: bytes) -> bytes:
    """A whole, unmasked WebSocket text frame (RFC 6455, 5.2); the payload is UTF-8."""
    length = len(payload)
    if length < 126:
        return b"\x81%c%b" % (length, payload)
    if length < 65536:
        return b"\x81\x7e%b%b" % (length.to_bytes(2), payload)
    return b"\x81\x7f%b%b" % (length.to_bytes(8), payload)


def decode(body: bytes) -> Event:
    """An event from its stored bytes. The envelope's head has a fixed order and no quotes in its values."""
    parts = body.split(b'"', 16)
    return Event(parse_id(parts[3].decode()), parts[7].decode(), parts[15].decode(), body)


def join(events: Sequence[Event]) -> bytes:
    """Several events as one block of lines, as the stores keep them."""
    return b"\n".join([event.body for event in events])


def split(block: bytes) -> list[Event]:
    """What `join` made, taken apart."""
    return [decode(body) for body in block.split(b"\n")]


def size(events: Iterable[Event]) -> int:
    """Bytes of the events' bodies."""
    return sum([len(event.body) for event in events])


def iso(seconds: float) -> str:
    """Unix seconds as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Encoder:
    """Numbers and encodes one attempt's facts, in order, without holes."""

    def __init__(self, session_id: str, run_id: str, generation: int) -> None:
        self.generation = generation
        self.sequence = 0
        self.run_id = run_id
        self._offset = 0
        self._ids = f'","session_id":"{session_id}","run_id":"{run_id}","timestamp":"'.encode()
        self._second = self._millisecond = -1
        self._date = self._timestamp = b""

    def fact(self, fact: Model, now: float) -> Event:
        """A fact as the next event; `now` in Unix seconds."""
        return self._event(TYPES[type(fact)], fact.model_dump_json(exclude_none=True).encode(), now)

    def token(self, text: str, now: float) -> Event:
        """A piece of the answer as the next event. Lone surrogates, which no JSON carries, become `?`."""
        try:
            quoted = orjson.dumps(text)
        except TypeError:
            text = text.encode("utf-8", "replace").decode()
            quoted = orjson.dumps(text)
        data = b'{"text":%b,"offset":%d}' % (quoted, self._offset)
        self._offset += len(text)
        return self._event("token", data, now)

    def _event(self, event_type: str, data: bytes, now: float) -> Event:
        millisecond = int(now * 1000)
        if millisecond != self._millisecond:
            self._stamp(millisecond)
        self.sequence += 1
        body = b'{"id":"%d-%d","type":"%b%b%b","data":%b}' % (
            self.generation,
            self.sequence,
            event_type.encode(),
            self._ids,
            self._timestamp,
            data,
        )
        return Event((self.generation, self.sequence), event_type, self.run_id, body)

    def _stamp(self, millisecond: int) -> None:
        second, rest = divmod(millisecond, 1000)
        if second != self._second:
            self._second = second
            self._date = iso(second)[:-4].encode()
        self._millisecond = millisecond
        self._timestamp = b"%b%03dZ" % (self._date, rest)
