"""Finding passages: candidates by both kinds of vector, the likely ones read, the best of those given back."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np

from agents.embedding import Embedding, Vectors
from agents.knowledge.index import Candidate, Index
from agents.knowledge.neighbours import merged
from agents.knowledge.ranking import Ranked, chosen, domains, ranked
from agents.knowledge.reranking import Reranker, in_order
from agents.knowledge.vectors import IndexEmbedding
from agents.matching import Sought, scores, sought
from agents.passage import Passage
from agents.reading import Reader
from agents.standalone import Standalone
from agents.terms import TermStatistics, terms
from agents.wording import Wording

CANDIDATES = 30
"""Chunks that a search takes from the index. Each is .075 ms when new. nDCG@10 on mtrag: 50 .900, 40 .901, 30 .901."""
POOL = 10
"""Passages that are read sentence by sentence before the best are chosen, .5 ms each when new. nDCG@10 on mtrag: 16 and
10 .900; recall@5 is .892 with both, and the bundled figures are the same."""
SYNONYM_WEIGHT = 0.5
"""Weight of a synonym's terms against those that the question uses. Answering page among the top 5 on the bundled dev
questions: .992 with .5, .976 with .2, .953 without. The synonyms were written with the misses of these in view."""
RECENT = 64
"""Questions whose candidates are kept, so that routing and answering look only once."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search found, best first.

    `cosines`, `lexical` (BM25), `fused` (0..1) and `best` (sentence, 0..1) are the passages' scores; `sought`,
    `parts`, `vector` and `wanted` (terms by weight) are the question's; `latency` is in milliseconds. `reranker` names
    the model that ordered the passages, if one did; `warning` says in words what went less well than it could.
    """

    query: str
    collection: str
    passages: tuple[Passage, ...]
    cosines: tuple[float, ...]
    lexical: tuple[float, ...]
    fused: tuple[float, ...]
    best: tuple[float, ...]
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
    """One question: what it looks for, the candidates of all domains, and the best sentences of what was read."""

    vector: Vectors
    wanted: Mapping[int, float]
    also: Mapping[int, float]
    sought: Sought
    candidates: Sequence[Candidate]
    statistics: TermStatistics
    best: dict[str, float] = field(default_factory=dict)


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
    ) -> None:
        self._index = index
        self._embedding = embedding
        self._reader = reader
        self._wording = wording
        self._reranker = reranker
        self._vectors = vectors
        self._recent: OrderedDict[tuple[tuple[str, float], ...], _Look] = OrderedDict()

    async def search(self, query: Standalone, *, domain: str | None = None, limit: int = 6) -> Retrieved:
        """The best passages for a query, those of a domain and general ones preferred. Raises AgentError."""
        started = perf_counter()
        look = await self._look(query)
        preferred = (domain, "general") if domain else ()
        candidates = look.candidates
        # One search is enough, unless it found so few of the agent's domain that its best may be missing.
        if preferred and sum(each.passage.domain in preferred for each in candidates) < min(POOL, len(candidates)):
            wanted = {**look.wanted, **look.also}
            own = await self._index.candidates(look.vector, wanted, domains=preferred, limit=CANDIDATES)
            candidates = list({each.passage.chunk_id: each for each in (*candidates, *own)}.values())
        pool = max(POOL, limit)
        many = max(CANDIDATES, limit) if self._reranker else pool
        read = await asyncio.to_thread(self._read, look, candidates, preferred, many)
        order = await in_order(self._reranker, query.text, read, without=pool)
        found = chosen(order.read, preferred=preferred, limit=limit)
        return Retrieved(
            query=query.text,
            collection=self._index.name,
            passages=tuple(each.passage for each in found),
            cosines=tuple(each.cosine for each in found),
            lexical=tuple(each.lexical for each in found),
            fused=tuple(each.fused for each in found),
            best=tuple(each.best for each in found),
            sought=look.sought,
            vector=look.vector,
            parts=query.parts,
            wanted=look.wanted,
            statistics=look.statistics,
            latency=(perf_counter() - started) * 1000,
            reranker=order.by,
            warning=" ".join(filter(None, (query.doubt, order.warning))) or None,
        )

    async def domains(self, query: Standalone) -> dict[str, float]:
        """How much of the evidence for an answer lies in each domain, 0..1 each. Raises AgentError."""
        look = await self._look(query)
        return domains(await asyncio.to_thread(self._read, look, look.candidates, (), POOL))

    async def _look(self, query: Standalone) -> _Look:
        kept = self._recent.get(query.parts)
        if kept is not None and kept.statistics is self._index.statistics:
            return kept
        statistics = self._index.statistics
        own, wanted, also, looked_for = await asyncio.to_thread(self._asked, query)
        vector = own if self._vectors is None else await self._placed(query, self._vectors)
        candidates = await self._index.candidates(vector, wanted | also, domains=(), limit=CANDIDATES)
        look = _Look(vector, wanted, also, looked_for, candidates, statistics)
        self._recent[query.parts] = look
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        return look

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
        fresh = [each.passage for each in pool if each.passage.content_hash not in look.best]
        found = scores(look.sought, self._reader(fresh), fresh, look.statistics)
        look.best.update((p.content_hash, max(own, default=0.0)) for p, own in zip(fresh, found, strict=True))
        return [replace(each, best=look.best[each.passage.content_hash]) for each in pool]


def _whole(parts: Vectors, query: Standalone) -> Vectors:
    """The unit vector of a query from those of its parts."""
    vector = np.asarray([weight for _, weight in query.parts], np.float32) @ parts
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)
