"""Earlier answers, replayed while the chunks they rest on stand unchanged. Stands in front of an agent."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, Protocol

from agents.earlier import Earlier
from agents.hashing import chunk_hash
from agents.logs import Logs
from agents.question import Answerer, Question
from agents.terms import words
from streaming.events import AgentId, CacheData, Citation, Documents, Metrics, Output, RunCompleted

_ACCOUNT = re.compile(
    r"\S@\S+\.\S|\d{5,}|\b(?:was|were|am|have|has|did) (?:i|we|my|our)\b|\b(?:i|we)(?:'ve| was| were| am|'m) "
    r"|\bcharged (?:me|us)\b|\b(?:status|balance|number) of (?:my|our)\b"
    r"|\b(?:my|our) (?:last|latest|current|recent|next|account|balance|name|email|order|usage|data)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Cached:
    """An answer as it was given, and the content hashes of the chunks it rests on, by chunk id."""

    parts: tuple[str | Citation, ...]
    completed: RunCompleted
    chunks: Mapping[str, str]


class AnswerStore(Protocol):
    """Keeps answers by key. An entry may be lost at any time; one that is given back is as it was put.

    A store that several instances share counts lookups for all of them.
    """

    async def get(self, key: str) -> Cached | None:
        """The entry under a key."""
        ...

    async def put(self, key: str, answer: Cached) -> None:
        """Keeps an entry in place of the one that was there."""
        ...

    async def drop(self, key: str) -> None:
        """Forgets an entry; no error if there is none."""
        ...

    async def looked_up(self, *, hit: bool) -> tuple[int, float]:
        """Counts one lookup; the number of entries, and the share of lookups that hit, 0..1."""
        ...


class MemoryStore:
    """Answers in this process, the least recently used falling out first."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[str, Cached] = OrderedDict()
        self._lookups = 0
        self._hits = 0

    async def get(self, key: str) -> Cached | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    async def put(self, key: str, answer: Cached) -> None:
        self._entries[key] = answer
        self._entries.move_to_end(key)
        while len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    async def drop(self, key: str) -> None:
        self._entries.pop(key, None)

    async def looked_up(self, *, hit: bool) -> tuple[int, float]:
        self._lookups += 1
        self._hits += hit
        return len(self._entries), self._hits / self._lookups


class WithCache:
    """An agent behind a cache: an Answerer. Questions with a history or about somebody's account pass it by.

    An exact hit is sought first, then an earlier question that asks the same in other words.
    """

    def __init__(
        self,
        name: AgentId,
        agent: Answerer,
        store: AnswerStore,
        hashes: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
        logs: Logs,
        earlier: Earlier,
    ) -> None:
        self._name = name
        self._agent = agent
        self._store = store
        self._hashes = hashes
        self._logs = logs
        self._earlier = earlier

    async def __call__(self, question: Question) -> AsyncIterator[Output]:
        """A cache log, then the earlier answer or the agent's own. Raises AgentError."""
        if not cacheable(question):
            async with aclosing(self._agent(question)) as outputs:  # type: ignore[type-var]
                async for output in outputs:
                    yield output
            return
        started = perf_counter()
        key = f"{self._name}:{normalised(question.text)}"
        found, similarity = await self._standing(key), 1.0
        kind: Literal["exact", "semantic"] = "exact"
        if found is None:
            found, similarity = await self._alike(question.text)
            kind = "semantic"
        size, rate = await self._store.looked_up(hit=found is not None)
        if found is not None:
            yield self._logs.cache(
                CacheData(status="hit", kind=kind, similarity=round(similarity, 4), hit_rate=round(rate, 4), size=size)
            )
            for part in found.parts:
                yield part
                await asyncio.sleep(0)
            latency = round((perf_counter() - started) * 1000, 3)
            metrics = Metrics(tokensUsed=0, cost=0.0, latency=latency, cache_status="hit")
            yield found.completed.model_copy(update={"metrics": metrics})
            return
        yield self._logs.cache(CacheData(status="miss", hit_rate=round(rate, 4), size=size))
        async with aclosing(self._remembered(key, question)) as outputs:
            async for output in outputs:
                yield output

    async def _standing(self, key: str) -> Cached | None:
        """The entry, unless a chunk it rests on has changed since; then it is forgotten."""
        found = await self._store.get(key)
        if found is None or await self._hashes(list(found.chunks)) == found.chunks:
            return found
        await self._store.drop(key)
        await asyncio.to_thread(self._earlier.forget, key)
        return None

    async def _alike(self, text: str) -> tuple[Cached | None, float]:
        """The answer to the nearest earlier question that asks the same, and their cosine."""
        for key, cosine in await asyncio.to_thread(self._earlier.like, text):
            if found := await self._standing(key):
                return found, cosine
        return None, 0.0

    async def _remembered(self, key: str, question: Question) -> AsyncGenerator[Output, None]:
        parts: list[str | Citation] = []
        answered = False
        async with aclosing(self._agent(question)) as outputs:  # type: ignore[type-var]
            async for output in outputs:
                match output:
                    case str() | Citation():
                        parts.append(output)
                    case Documents():
                        answered = output.data.verdict in ("answerable", "partial")
                    case RunCompleted():
                        output = output.model_copy(
                            update={"metrics": output.metrics.model_copy(update={"cache_status": "miss"})}
                        )
                        if answered:
                            rests_on = {s.chunk_id: chunk_hash(s.title, s.url, s.content) for s in output.sources}
                            await self._store.put(key, Cached(tuple(parts), output, rests_on))
                            await asyncio.to_thread(self._earlier.add, key, question.text)
                    case _:
                        pass
                yield output


def cacheable(question: Question) -> bool:
    """Whether an answer to this question may serve others: it stands alone and concerns nobody's account."""
    return not question.history and not _ACCOUNT.search(question.text) and bool(words(question.text))


def normalised(text: str) -> str:
    """A question's words in lower case: what an exact hit must equal."""
    return " ".join(words(text))
