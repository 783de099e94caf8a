"""Which of the candidates are worth reading, and which of those that were read answer best. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray

from agents.embedding import Vectors
from agents.knowledge.index import Candidate
from agents.passage import Passage
from agents.terms import TermStatistics

DENSE_WEIGHT = 1.0
"""Weight of the dense similarity against BM25, both scaled to 0..1. nDCG@10 on mtrag: 1.0 .916, .3 .908, 0 .897."""
DUPLICATE = 0.985
"""Cosine from which two passages say the same."""
LEAST_SPAN = 0.25
"""Cosines that lie closer together than this are not spread over 0..1: they differ by chance."""
PREFERENCE = 0.15
"""Added to the score of a passage in the agent's domain. Answering page among the top 5 on the bundled dev
questions, before there were synonyms: .953; with neither this nor a filter .929; with a filter, which cannot make up
for a wrong route, .913."""
SENTENCE_WEIGHT = 0.5
"""Weight of a passage's best sentence. nDCG@10 and recall@5 on mtrag: 0 .893 .888, .25 .903 .903, .5 .900 .904, 1 .893
.898."""
PER_PAGE = 4
"""Passages of one page at most: a fifth one rarely says more, and other pages may."""
DECISIVE = 10.0
"""How much more a better passage says about the domain of a question: exp(DECISIVE · score)."""
TELLING = 10
"""Passages that say which domain a question belongs to."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its cosine, its BM25 score, both fused, 0..1, and how well its best sentence answers, 0..1.

    `relevance`, 0..1, is the judgement of a model that read it beside the question, where one did.
    """

    passage: Passage
    cosine: float
    lexical: float
    fused: float
    best: float = 0.0
    relevance: float | None = None

    @property
    def score(self) -> float:
        """The passage as a whole and its best sentence together."""
        return self.fused + SENTENCE_WEIGHT * self.best


def ranked(
    candidates: Sequence[Candidate],
    vector: Vectors,
    wanted: Mapping[int, float],
    also: Mapping[int, float],
    statistics: TermStatistics,
    *,
    preferred: Sequence[str] = (),
    limit: int,
) -> list[Ranked]:
    """The candidates that fit best as a whole, best first, without near-duplicates.

    Scores are fused, not ranks: nDCG@10 on mtrag .916 against .889, the question made of the same turns.
    """
    if not candidates:
        return []
    stack = np.stack([candidate.vector for candidate in candidates])
    cosines = stack @ vector
    idf = {term: weight * statistics.idf(term) for term, weight in wanted.items()}
    ideal = sum(idf.values()) or 1.0
    sought = idf | {term: weight * statistics.idf(term) for term, weight in also.items()}
    lexical, covered = _matched(candidates, sought, idf)
    low = float(cosines.min())
    span = max(float(cosines.max()) - low, LEAST_SPAN)
    fused = lexical / (float(lexical.max()) or 1.0) + DENSE_WEIGHT * (cosines - low) / span
    fused /= 1 + DENSE_WEIGHT
    scores = fused + PREFERENCE * np.asarray([each.passage.domain in preferred for each in candidates])
    similarity = np.clip((np.clip(cosines, 0, 1) + covered / ideal) / 2, 0, 1)
    alike = stack @ stack.T >= DUPLICATE
    kept: list[int] = []
    told = np.zeros(len(candidates), bool)
    for each in np.argsort(-scores, kind="stable").tolist():
        if len(kept) == limit:
            break
        if not told[each]:
            kept.append(each)
            told |= alike[each]
    return [
        Ranked(
            passage=replace(candidates[i].passage, score=round(float(similarity[i]), 4)),
            cosine=float(cosines[i]),
            lexical=float(lexical[i]),
            fused=float(fused[i]),
        )
        for i in kept
    ]


def _matched(
    candidates: Sequence[Candidate], sought: Mapping[int, float], own: Mapping[int, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The BM25 score of each candidate, and the weight of the question's own terms that it has, (n,) each."""
    if not sought:
        return np.zeros(len(candidates)), np.zeros(len(candidates))
    keys = np.asarray(sorted(sought), np.uint32)
    terms = np.concatenate([each.terms for each in candidates])
    place = np.minimum(np.searchsorted(keys, terms), len(keys) - 1)
    found = np.flatnonzero(keys[place] == terms)
    place = place[found]
    owner = np.repeat(np.arange(len(candidates)), [len(each.terms) for each in candidates])[found]
    weights = np.concatenate([each.weights for each in candidates])[found]
    worth = np.asarray([sought[t] for t in keys.tolist()])[place]
    asked = np.asarray([own.get(t, 0.0) for t in keys.tolist()])[place]
    lexical, covered = (np.bincount(owner, each, len(candidates)) for each in (worth * weights, asked))
    return np.asarray(lexical, np.float64), np.asarray(covered, np.float64)


def chosen(read: Sequence[Ranked], *, preferred: Sequence[str] = (), limit: int) -> list[Ranked]:
    """The passages to answer from, best first, at most PER_PAGE of a page.

    Where a model judged their relevance that alone decides; the domain had its say when the candidates were taken.
    """

    def worth(each: Ranked) -> float:
        own = each.score + PREFERENCE * (each.passage.domain in preferred)
        return own if each.relevance is None else each.relevance

    kept: list[Ranked] = []
    pages: Counter[str] = Counter()
    for each in sorted(read, key=worth, reverse=True):
        if pages[each.passage.url] < PER_PAGE and len(kept) < limit:
            kept.append(each)
            pages[each.passage.url] += 1
    return kept


def domains(read: Sequence[Ranked]) -> dict[str, float]:
    """How much of the evidence for an answer lies in each domain, 0..1 each.

    Half of it is the domain's share of the best passages, scaled by how well the best one fits; half its best sentence.
    """
    if not read:
        return {}
    telling = sorted(read, key=lambda each: -each.score)[:TELLING]
    top = telling[0]
    powers = [exp(DECISIVE * (each.score - top.score)) for each in telling]
    found: defaultdict[str, float] = defaultdict(float)
    for each, power in zip(telling, powers, strict=True):
        found[each.passage.domain] += 0.5 * top.passage.score * power / sum(powers)
    sentences: defaultdict[str, float] = defaultdict(float)
    for each in read:
        sentences[each.passage.domain] = max(sentences[each.passage.domain], each.best)
    return {domain: found[domain] + 0.5 * min(best, 1.0) for domain, best in sentences.items()}
