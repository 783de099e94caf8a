"""Finding passages: candidates from the index by both kinds of vector, ranked, without near-duplicates."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from time import perf_counter

import numpy as np

from agents.embedding import Embedding, Vectors
from agents.knowledge.index import Candidate, Index
from agents.passage import Passage
from agents.standalone import Standalone
from agents.terms import TermStatistics, terms
from agents.wording import Wording

CANDIDATES = 50
DENSE_WEIGHT = 1.0
"""Weight of the dense similarity against BM25, both scaled to 0..1. nDCG@10 on mtrag: 1.0 .916, .3 .908, 0 .897."""
DUPLICATE = 0.985
"""Cosine from which two passages say the same."""
LEAST_SPAN = 0.25
"""Cosines that lie closer together than this are not spread over 0..1: they differ by chance."""
PREFERENCE = 0.15
"""Added to the fused score of a passage in the agent's domain. Answering page among the top 5 on the bundled dev
questions, before there were synonyms: .953; with neither this nor a filter .929; with a filter, which cannot make up
for a wrong route, .913."""
SYNONYM_WEIGHT = 0.5
"""Weight of a synonym's terms against those that the question uses. Answering page among the top 5 on the bundled dev
questions: .992 with .5, .976 with .2, .953 without. The synonyms were written with the misses of these in view."""
PER_PAGE = 2
"""Passages of one page at most: a third one rarely says more, and other pages may."""
DECISIVE = 10.0
"""How much more a better passage says about the domain of a question: exp(DECISIVE · score)."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its cosine, its BM25 score, and both fused, 0..1."""

    passage: Passage
    cosine: float
    lexical: float
    fused: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search found, best first.

    `cosines`, `lexical` (BM25) and `fused` (0..1) are the passages' scores; `parts`, `vector` and `wanted` (terms by
    weight) are the question's; `latency` is in milliseconds.
    """

    query: str
    collection: str
    passages: tuple[Passage, ...]
    cosines: tuple[float, ...]
    lexical: tuple[float, ...]
    fused: tuple[float, ...]
    vector: Vectors
    parts: tuple[tuple[str, float], ...]
    wanted: Mapping[int, float]
    statistics: TermStatistics
    latency: float


class Retrieval:
    """Searches an index with an embedding."""

    def __init__(self, index: Index, embedding: Embedding, wording: Wording) -> None:
        self._index = index
        self._embedding = embedding
        self._wording = wording

    async def search(self, query: Standalone, *, domain: str | None = None, limit: int = 6) -> Retrieved:
        """The best passages for a query, those of a domain and general ones preferred. Raises AgentError."""
        started = perf_counter()
        vector, wanted, also = await asyncio.to_thread(self.question, query)
        preferred = (domain, "general") if domain else ()
        scopes = ((), preferred) if preferred else ((),)
        found = await asyncio.gather(
            *(self._index.candidates(vector, wanted | also, domains=scope, limit=CANDIDATES) for scope in scopes)
        )
        candidates = list({each.passage.chunk_id: each for scope in found for each in scope}.values())
        ranked = await asyncio.to_thread(
            rank, candidates, vector, wanted, also, self._index.statistics, preferred=preferred, limit=limit
        )
        return Retrieved(
            query=query.text,
            collection=self._index.name,
            passages=tuple(each.passage for each in ranked),
            cosines=tuple(each.cosine for each in ranked),
            lexical=tuple(each.lexical for each in ranked),
            fused=tuple(each.fused for each in ranked),
            vector=vector,
            parts=query.parts,
            wanted=wanted,
            statistics=self._index.statistics,
            latency=(perf_counter() - started) * 1000,
        )

    def question(self, query: Standalone) -> tuple[Vectors, dict[int, float], dict[int, float]]:
        """The query's vector (dimension,), its terms by weight, and its synonyms' further terms. CPU only."""
        vectors = self._embedding.embed([text for text, _ in query.parts])
        vector = np.asarray([weight for _, weight in query.parts], np.float32) @ vectors
        wanted: defaultdict[int, float] = defaultdict(float)
        for text, weight in query.parts:
            for term in terms(text):
                wanted[term] += weight
        also: dict[int, float] = {}
        for phrase, other in self._wording.alternatives(frozenset(wanted)):
            weight = SYNONYM_WEIGHT * min(wanted[term] for term in phrase)
            also |= {term: max(weight, also.get(term, 0.0)) for term in other if term not in wanted}
        return vector / max(float(np.linalg.norm(vector)), 1e-12), dict(wanted), also


def rank(
    candidates: Sequence[Candidate],
    vector: Vectors,
    wanted: Mapping[int, float],
    also: Mapping[int, float],
    statistics: TermStatistics,
    *,
    preferred: Sequence[str] = (),
    limit: int,
) -> list[Ranked]:
    """The best candidates, best first, without near-duplicates and at most PER_PAGE of one page.

    Scores are fused, not ranks: nDCG@10 on mtrag .916 against .889, the question made of the same turns.
    """
    if not candidates:
        return []
    stack = np.stack([candidate.vector for candidate in candidates])
    cosines = stack @ vector
    idf = {term: weight * statistics.idf(term) for term, weight in wanted.items()}
    ideal = sum(idf.values()) or 1.0
    sought = idf | {term: weight * statistics.idf(term) for term, weight in also.items()}
    lexical = np.asarray([sum(sought[t] * c.terms[t] for t in sought if t in c.terms) for c in candidates])
    covered = np.asarray([sum(idf[t] for t in idf if t in c.terms) / ideal for c in candidates])
    low = float(cosines.min())
    span = max(float(cosines.max()) - low, LEAST_SPAN)
    fused = lexical / (float(lexical.max()) or 1.0) + DENSE_WEIGHT * (cosines - low) / span
    fused /= 1 + DENSE_WEIGHT
    scores = fused + PREFERENCE * np.asarray([each.passage.domain in preferred for each in candidates])
    similarity = np.clip((np.clip(cosines, 0, 1) + covered) / 2, 0, 1)
    kept: list[int] = []
    pages: Counter[str] = Counter()
    for each in np.argsort(-scores, kind="stable").tolist():
        if len(kept) == limit:
            break
        url = candidates[each].passage.url
        if pages[url] < PER_PAGE and (not kept or float((stack[kept] @ stack[each]).max()) < DUPLICATE):
            kept.append(each)
            pages[url] += 1
    return [
        Ranked(
            passage=replace(candidates[i].passage, score=round(float(similarity[i]), 4)),
            cosine=float(cosines[i]),
            lexical=float(lexical[i]),
            fused=float(fused[i]),
        )
        for i in kept
    ]


def domain_shares(found: Retrieved) -> dict[str, float]:
    """How much of what was found lies in each domain, 0..1; less altogether where the best passage fits badly."""
    if not found.passages:
        return {}
    shares: defaultdict[str, float] = defaultdict(float)
    powers = [exp(DECISIVE * (score - found.fused[0])) for score in found.fused]
    for passage, power in zip(found.passages, powers, strict=True):
        shares[passage.domain] += found.passages[0].score * power / sum(powers)
    return dict(shares)
