"""Finding passages: candidates by both kinds of vector, the likely ones read, the best of those given back."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic, perf_counter
from typing import TypeVar

import numpy as np

from agents.embedding import Embedding, Vectors
from agents.knowledge.index import Candidate, Index, InProcess
from agents.knowledge.neighbours import merged
from agents.knowledge.ranking import Ranked, chosen, domains, ranked
from agents.knowledge.reranking import Order, Reranker, in_order
from agents.knowledge.vectors import IndexEmbedding
from agents.matching import Sought, scores, sought
from agents.passage import Passage
from agents.reading import Reader
from agents.standalone import Standalone
from agents.terms import TermStatistics, terms
from agents.wording import Wording

T = TypeVar("T")

CANDIDATES = 30
"""Chunks that a search takes from the index. Each is .05 ms when new. nDCG@10 on mtrag: 50 .900, 40 .901, 30 .901."""
POOL = 10
"""Passages that are read sentence by sentence before the best are chosen, .5 ms each when new. nDCG@10 on mtrag: 16
.900, 10 and 8 .901; recall@5 is .892 with all. With 8 one more of 74 unanswerable bundled questions is answered."""
SYNONYM_WEIGHT = 0.5
"""Weight of a synonym's terms against those that the question uses. Answering page among the top 5 on the bundled dev
questions: .992 with .5, .976 with .2, .953 without. The synonyms were written with the misses of these in view."""
WAITING = 64
"""Questions whose candidates wait from routing until the answer, so that both look only once."""
AT_MOST = 3.0
"""Seconds for which they wait: between the two, a model may be asked who should answer, and others may write."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search found, best first.

    `cosines`, `lexical` (BM25), `fused` (0..1) and `best` (sentence, 0..1) are the passages' scores, `scores` those of
    the sentences of all that was read, by content hash; `sought`, `parts`, `vector` and `wanted` (terms by weight) are
    the question's; `latency` is in milliseconds. `reranker` names the model that ordered the passages, if one did;
    `warning` says in words what went less well than it could.
    """

    query: str
    collection: str
    passages: tuple[Passage, ...]
    cosines: tuple[float, ...]
    lexical: tuple[float, ...]
    fused: tuple[float, ...]
    best: tuple[float, ...]
    scores: Mapping[str, Sequence[float]]
    sought: Sought
    vector: Vectors
    parts: tuple[tuple[str, float], ...]
    wanted: Mapping[int, float]
    statistics: TermStatistics
    latency: float
    reranker: str | None = None
    warning: str | None = None

    @property
    def sources(self) -> tuple[Passage, ...]:
        """The passages as an answer rests on them: those that follow on one another are one."""
        return merged(self.passages)


@dataclass(frozen=True, slots=True)
class _Look:
    """One question: what it looks for, the candidates of all domains, and the scores of what was read, by sentence."""

    vector: Vectors
    wanted: Mapping[int, float]
    also: Mapping[int, float]
    sought: Sought
    candidates: Sequence[Candidate]
    statistics: TermStatistics
    scores: dict[str, Sequence[float]] = field(default_factory=dict)


class Retrieval:
    """Searches an index. `vectors` made it, where that is not the embedding; a reranker reads all the candidates."""

    def __init__(
        self,
        index: Index,
        embedding: Embedding,
        reader: Reader,
        wording: Wording,
        reranker: Reranker | None = None,
        vectors: IndexEmbedding | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clock = clock
        self._index = index
        self._in_process = index if isinstance(index, InProcess) else None
        self._embedding = embedding
        self._reader = reader
        self._wording = wording
        self._reranker = reranker
        self._vectors = vectors
        self._waiting: OrderedDict[tuple[tuple[str, float], ...], tuple[object, float, _Look]] = OrderedDict()

    async def search(self, query: Standalone, *, domain: str | None = None, limit: int = 6) -> Retrieved:
        """The best passages for a query, those of a domain and general ones preferred. Raises AgentError."""
        found, _ = await self.search_and(_nothing, query, domain=domain, limit=limit)
        return found

    async def search_and(
        self, work: Callable[[Retrieved], T], query: Standalone, *, domain: str | None = None, limit: int = 6
    ) -> tuple[Retrieved, T]:
        """What `search` gives, and what `work` makes of it: in a thread, the search's own where it has one."""
        started = perf_counter()
        preferred = (domain, "general") if domain else ()
        pool = max(POOL, limit)

        def worked(look: _Look, order: Order) -> tuple[Retrieved, T]:
            best = chosen(order.read, preferred=preferred, limit=limit)
            found = Retrieved(
                query=query.text,
                collection=self._index.name,
                passages=tuple(each.passage for each in best),
                cosines=tuple(each.cosine for each in best),
                lexical=tuple(each.lexical for each in best),
                fused=tuple(each.fused for each in best),
                best=tuple(each.best for each in best),
                scores=look.scores,
                sought=look.sought,
                vector=look.vector,
                parts=query.parts,
                wanted=look.wanted,
                statistics=look.statistics,
                latency=(perf_counter() - started) * 1000,
                reranker=order.by,
                warning=" ".join(filter(None, (query.doubt, order.warning))) or None,
            )
            return found, work(found)

        kept = self._taken(query)
        if self._reranker is None:
            _, told = await self._searched(
                query, kept, preferred, pool, lambda look, read: worked(look, Order(read[:pool]))
            )
            return told
        look, read = await self._searched(query, kept, preferred, max(CANDIDATES, limit), lambda _, read: read)
        return await asyncio.to_thread(worked, look, await in_order(self._reranker, query.text, read, without=pool))

    async def domains(self, query: Standalone) -> dict[str, float]:
        """How much of the evidence for an answer lies in each domain, 0..1 each. Raises AgentError."""
        edition, began = self._edition(), self._clock()
        look, shares = await self._searched(query, None, (), POOL, lambda _, read: domains(read))
        self._waiting[query.parts] = edition, began, look
        if len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)
        return shares

    def _taken(self, query: Standalone) -> _Look | None:
        """What routing saw for this very question just now; who asks it again later looks afresh."""
        if (waiting := self._waiting.pop(query.parts, None)) is None:
            return None
        edition, began, look = waiting
        unchanged = edition is self._edition() and look.statistics is self._index.statistics
        return look if unchanged and self._clock() - began <= AT_MOST else None

    def _edition(self) -> object:
        return None if self._in_process is None else self._in_process.edition

    async def _searched(
        self,
        query: Standalone,
        kept: _Look | None,
        preferred: Sequence[str],
        limit: int,
        then: Callable[[_Look, list[Ranked]], T],
    ) -> tuple[_Look, T]:
        """What a query looks for, and what `then` makes of it and the best of what was read.

        Those preferred are searched for, too, if they are too few.
        """
        statistics = self._index.statistics
        if self._in_process is not None and self._vectors is None:
            # All in one thread: each handing over takes a tenth of a millisecond, and five where others are busy.
            index = self._in_process

            def here() -> tuple[_Look, T]:
                look, read = self._searched_here(index, kept, query, statistics, preferred, limit)
                return look, then(look, read)

            look, made = await asyncio.to_thread(here)
        else:
            look = kept or await self._look(query, statistics)
            candidates = look.candidates
            if _thin(candidates, preferred):
                wanted = {**look.wanted, **look.also}
                more = await self._index.candidates(look.vector, wanted, domains=preferred, limit=CANDIDATES)
                candidates = _together(candidates, more)
            made = await asyncio.to_thread(lambda: then(look, self._read(look, candidates, preferred, limit)))
        return look, made

    async def _look(self, query: Standalone, statistics: TermStatistics) -> _Look:
        own, wanted, also, looked_for = await asyncio.to_thread(self._asked, query)
        vector = own if self._vectors is None else await self._placed(query, self._vectors)
        found = await self._index.candidates(vector, wanted | also, domains=(), limit=CANDIDATES)
        return _Look(vector, wanted, also, looked_for, found, statistics)

    def _searched_here(
        self,
        index: InProcess,
        kept: _Look | None,
        query: Standalone,
        statistics: TermStatistics,
        preferred: Sequence[str],
        limit: int,
    ) -> tuple[_Look, list[Ranked]]:
        """As `_searched`; blocks."""
        look = kept
        if look is None:
            vector, wanted, also, looked_for = self._asked(query)
            found = index.nearest(vector, wanted | also, domains=(), limit=CANDIDATES)
            look = _Look(vector, wanted, also, looked_for, found, statistics)
        candidates = look.candidates
        if _thin(candidates, preferred):
            more = index.nearest(look.vector, {**look.wanted, **look.also}, domains=preferred, limit=CANDIDATES)
            candidates = _together(candidates, more)
        return look, self._read(look, candidates, preferred, limit)

    async def _placed(self, query: Standalone, vectors: IndexEmbedding) -> Vectors:
        """Where the query stands in the index, (dimension,)."""
        return _whole(await vectors.questions([text for text, _ in query.parts]), query)

    def _asked(self, query: Standalone) -> tuple[Vectors, dict[int, float], dict[int, float], Sought]:
        """The query's vector (dimension,), its terms by weight, its synonyms' further terms, and what it looks for."""
        vector = _whole(self._embedding.embed([text for text, _ in query.parts]), query)
        wanted: defaultdict[int, float] = defaultdict(float)
        for text, weight in query.parts:
            for term in terms(text):
                wanted[term] += weight
        also: dict[int, float] = {}
        for phrase, other in self._wording.alternatives(frozenset(wanted)):
            weight = SYNONYM_WEIGHT * min(wanted[term] for term in phrase)
            also |= {term: max(weight, also.get(term, 0.0)) for term in other if term not in wanted}
        return vector, dict(wanted), also, sought(query, vector, self._index.statistics, self._wording)

    def _read(self, look: _Look, candidates: Sequence[Candidate], preferred: Sequence[str], limit: int) -> list[Ranked]:
        pool = ranked(
            candidates, look.vector, look.wanted, look.also, look.statistics, preferred=preferred, limit=limit
        )
        fresh = [each.passage for each in pool if each.passage.content_hash not in look.scores]
        found = scores(look.sought, self._reader(fresh), fresh, look.statistics)
        look.scores.update((passage.content_hash, own) for passage, own in zip(fresh, found, strict=True))
        return [replace(each, best=max(look.scores[each.passage.content_hash], default=0.0)) for each in pool]


def _nothing(_: Retrieved) -> None:
    """For a search after which nothing is to be done."""


def _thin(candidates: Sequence[Candidate], preferred: Sequence[str]) -> bool:
    """Whether so few are of the domains preferred that their best may be missing; one search is enough otherwise."""
    return bool(preferred) and sum(each.passage.domain in preferred for each in candidates) < min(POOL, len(candidates))


def _together(candidates: Sequence[Candidate], more: Sequence[Candidate]) -> list[Candidate]:
    return list({each.passage.chunk_id: each for each in (*candidates, *more)}.values())


def _whole(parts: Vectors, query: Standalone) -> Vectors:
    """The unit vector of a query from those of its parts."""
    vector = np.asarray([weight for _, weight in query.parts], np.float32) @ parts
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)
