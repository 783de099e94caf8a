"""Earlier answers, replayed while the chunks they rest on stand unchanged. Stands in front of an agent."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import groupby
from time import perf_counter
from typing import Literal, cast

from agents.answers import AnswerStore, Cached, Changes, decoded, encoded
from agents.earlier import Earlier
from agents.hashing import chunk_hash, content_hash
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

WAITING = 256
"""Changes that wait for the next question that is no exact hit; more are taken in at once."""


class WithCache:
    """An agent behind a cache: an Answerer. Questions with a history or about somebody's account pass it by.

    An exact hit is sought first, then an earlier question that asks the same in other words. Answers last `ttl` seconds
    at most, and fall as soon as the index of this process has another text of a chunk that they rest on, or as `also`,
    hashes by name of what else they rest on, is other than it was. What is to stand `alone` has no answer to another's
    question.
    """

    def __init__(
        self,
        name: AgentId,
        agent: Answerer,
        store: AnswerStore,
        hashes: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
        logs: Logs,
        earlier: Earlier,
        ttl: float,
        also: Callable[[], Mapping[str, str]] = dict,
        alone: Callable[[str], bool] = lambda text: False,
    ) -> None:
        self._name = name
        self._agent = agent
        self._store = store
        self._hashes = hashes
        self._logs = logs
        self._earlier = earlier
        self._ttl = ttl
        self._also = also
        self._alone = alone
        self._place = ""
        self._changes: list[tuple[str, str | None]] = []

    async def __call__(self, question: Question) -> AsyncIterator[Output]:
        """A cache log, then the earlier answer or the agent's own. Raises AgentError."""
        if not cacheable(question):
            async with aclosing(self._agent(question)) as outputs:  # type: ignore[type-var]
                async for output in outputs:
                    yield output
            return
        started = perf_counter()
        key = key_of(question.text)
        kept, size, changes, self._place = await self._store.look(self._name, key, self._place)
        self._changes += changes
        if len(self._changes) > WAITING:
            await asyncio.to_thread(self._earlier.take, self._taken())
        found, similarity = await self._standing(key, kept), 1.0
        kind: Literal["exact", "semantic"] = "exact"
        if found is None:
            found, similarity = await self._alike(question.text)
            kind = "semantic"
        rate = await self._store.looked_up(self._name, hit=found is not None)
        if found is not None:
            yield self._logs.cache(
                CacheData(status="hit", kind=kind, similarity=round(similarity, 4), hit_rate=round(rate, 4), size=size)
            )
            for part in _run_together(found.parts):
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

    async def forget(self, text: str) -> None:
        """Forgets the answer to this question, and that it was asked."""
        await self._store.drop(self._name, key_of(text))
        await asyncio.to_thread(self._earlier.forget, key_of(text))

    async def _standing(self, key: str, kept: bytes | None) -> Cached | None:
        """The answer that is kept, unless a chunk it rests on has changed since; then it is forgotten."""
        if kept is None:
            return None
        found = decoded(kept)
        if found is not None:
            also = self._also()
            chunks = [chunk for chunk in found.chunks if chunk not in also]
            if {**await self._hashes(chunks), **also} == found.chunks:
                return found
        await self._store.drop(self._name, key)
        return None

    def _taken(self) -> Changes:
        changes, self._changes = self._changes, []
        return changes

    async def _alike(self, text: str) -> tuple[Cached | None, float]:
        """The answer to the nearest earlier question that asks the same, and their cosine."""
        changes = self._taken()

        def like() -> Sequence[tuple[str, float]]:
            if changes:
                self._earlier.take(changes)
            return () if self._alone(text) else self._earlier.like(text)

        for key, cosine in await asyncio.to_thread(like):
            if found := await self._standing(key, await self._store.get(self._name, key)):
                return found, cosine
            await asyncio.to_thread(self._earlier.forget, key)
        return None, 0.0

    async def _remembered(self, key: str, question: Question) -> AsyncGenerator[Output, None]:
        parts: list[str | Citation] = []
        answered, also = False, self._also()
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
                            answer = encoded(Cached(tuple(parts), output, {**rests_on, **also}))
                            await self._store.put(self._name, key, question.text, answer, self._ttl)
                    case _:
                        pass
                yield output


def _run_together(parts: Sequence[str | Citation]) -> Iterator[str | Citation]:
    """The parts with the pieces of text between two citations as one: all is there at once, and each event costs."""
    for is_text, some in groupby(parts, key=lambda part: isinstance(part, str)):
        if is_text:
            yield "".join(cast("Iterator[str]", some))
        else:
            yield from some


def cacheable(question: Question) -> bool:
    """Whether an answer to this question may serve others: it stands alone and concerns nobody's account."""
    return not question.history and not _ACCOUNT.search(question.text) and bool(words(question.text))


def normalised(text: str) -> str:
    """A question's words in lower case: what an exact hit must equal."""
    return " ".join(words(text))


def key_of(text: str) -> str:
    """What a question's answer is kept under; it tells nothing of the words."""
    return content_hash(normalised(text).encode())
