"""Answers as the cache keeps them, and what it asks of the place where they are kept."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from streaming.events import Citation, RunCompleted

FORMAT = 1
"""Counted up when what is kept changes its shape: what another version kept is then no answer."""

CAPACITY = 4096
"""Answers of one agent; the oldest fall out first."""

Changes = Sequence[tuple[str, str | None]]
"""Keys with the questions that were answered under them, oldest first; None for what was dropped."""


@dataclass(frozen=True, slots=True)
class Cached:
    """An answer as it was given, and the content hashes of the chunks it rests on, by chunk id."""

    parts: tuple[str | Citation, ...]
    completed: RunCompleted
    chunks: Mapping[str, str]


def encoded(answer: Cached) -> bytes:
    """The answer as it is kept."""
    parts = [part if isinstance(part, str) else part.model_dump(mode="json") for part in answer.parts]
    completed = answer.completed.model_dump(mode="json")
    return orjson.dumps({"format": FORMAT, "parts": parts, "completed": completed, "chunks": dict(answer.chunks)})


def decoded(kept: bytes) -> Cached | None:
    """What `encoded` made; None for what another version of it made."""
    found = orjson.loads(kept)
    if found["format"] != FORMAT:
        return None
    parts = tuple(part if isinstance(part, str) else Citation.model_validate(part) for part in found["parts"])
    return Cached(parts, RunCompleted.model_validate(found["completed"]), found["chunks"])


class AnswerStore(Protocol):
    """Keeps the answers of each agent, by key, for a time. Never raises: what cannot be reached is not there.

    An answer may be lost at any time; one that is given back is as it was put. Processes that share a store see one
    another's answers at once, and count together.
    """

    async def get(self, agent: str, key: str) -> bytes | None:
        """The answer under a key, unless its time is over."""
        ...

    async def put(self, agent: str, key: str, question: str, answer: bytes, ttl: float) -> None:
        """Keeps the answer to a question for `ttl` seconds, in place of the one that was there."""
        ...

    async def drop(self, agent: str, key: str) -> None:
        """Forgets an answer and its question; no error if there is none."""
        ...

    async def look(self, agent: str, key: str, place: str) -> tuple[bytes | None, int, Changes, str]:
        """What `get` gives, and the number of answers whose time is not over.

        Also what was put and dropped after that place, and the place to go on from; "" is the beginning.
        """
        ...

    async def looked_up(self, agent: str, *, hit: bool) -> float:
        """Counts one lookup; the share of lookups that hit, 0..1."""
        ...


@dataclass(slots=True)
class _Entry:
    number: int
    question: str | None
    answer: bytes = b""
    until: float = 0.0


@dataclass(slots=True)
class _Shelf:
    entries: OrderedDict[str, _Entry] = field(default_factory=OrderedDict)
    number: int = 0
    lookups: int = 0
    hits: int = 0


class MemoryStore:
    """Answers in this process alone, for as long as it lives."""

    def __init__(self, capacity: int = CAPACITY, clock: Callable[[], float] = time.time) -> None:
        self._capacity = capacity
        self._clock = clock
        self._shelves: dict[str, _Shelf] = {}

    async def get(self, agent: str, key: str) -> bytes | None:
        entry = self._shelf(agent).entries.get(key)
        return entry.answer if entry is not None and entry.until > self._clock() else None

    async def put(self, agent: str, key: str, question: str, answer: bytes, ttl: float) -> None:
        self._change(agent, key, question, answer, self._clock() + ttl)

    async def drop(self, agent: str, key: str) -> None:
        if key in self._shelf(agent).entries:
            self._change(agent, key, None)

    async def look(self, agent: str, key: str, place: str) -> tuple[bytes | None, int, Changes, str]:
        shelf, after, now = self._shelf(agent), int(place or 0), self._clock()
        size = sum(entry.until > now for entry in shelf.entries.values())
        changes = [(changed, entry.question) for changed, entry in shelf.entries.items() if entry.number > after]
        return await self.get(agent, key), size, changes, str(shelf.number)

    async def looked_up(self, agent: str, *, hit: bool) -> float:
        shelf = self._shelf(agent)
        shelf.lookups += 1
        shelf.hits += hit
        return shelf.hits / shelf.lookups

    def _shelf(self, agent: str) -> _Shelf:
        return self._shelves.setdefault(agent, _Shelf())

    def _change(self, agent: str, key: str, question: str | None, answer: bytes = b"", until: float = 0.0) -> None:
        shelf = self._shelf(agent)
        shelf.number += 1
        shelf.entries[key] = _Entry(shelf.number, question, answer, until)
        shelf.entries.move_to_end(key)
        while len(shelf.entries) > self._capacity:
            shelf.entries.popitem(last=False)
