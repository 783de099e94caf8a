"""Answers without a model: the sentences of the sources that answer best, quoted, each with its marker."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Protocol

import numpy as np

from agents.at_once import spoken
from agents.choosing import Fitness
from agents.clauses import parted
from agents.denials import denial
from agents.embedding import Embedding, WordVectors
from agents.evidence import Evidence
from agents.gaps import never_said
from agents.kinds import kind_of
from agents.knowledge.index import Index
from agents.knowledge.retrieval import Retrieved
from agents.llm import Usage
from agents.matching import Sought, scores, sought
from agents.passage import Passage
from agents.question import Question
from agents.quotes import Pick, picks, written
from agents.reading import Reader, Reading
from agents.smalltalk import left_open, reply
from agents.standalone import Standalone
from agents.telling import kind_asked, telling
from agents.wording import Wording
from streaming.events import AgentId, Verdict

NOTHING = "I could not find an answer to that in the documents."

NEXT = 0.75
"""Share of a quoted sentence's score from which another one answers a further question, rather than that once more."""


class Meanings(Embedding, WordVectors, Protocol):
    """Vectors of sentences and of words."""


class Extractive:
    """A LanguageModel that says nothing but what the passages say, and AnswersAtOnce."""

    def __init__(self, embedding: Meanings, reader: Reader, index: Index, wording: Wording) -> None:
        self._embedding = embedding
        self._wording = wording
        self._reader = reader
        self._index = index

    async def answer(
        self, question: Question, passages: Sequence[Passage], *, agent: AgentId, verdict: Verdict
    ) -> AsyncIterator[str | Usage]:
        """Sentences of the passages, verbatim, each followed by ` [n]`; after a partial answer what it leaves open."""
        if agent == "orchestrator" and not passages:
            text = reply(question.text)
        else:
            text = await asyncio.to_thread(self._compose, parted(question), passages, verdict)
        async for piece in spoken(text):
            yield piece

    def at_once(self, question: Standalone, found: Retrieved, sources: Sequence[Passage], evidence: Evidence) -> str:
        """As AnswersAtOnce promises."""
        readings = self._reader(sources)
        kind = kind_asked(question)
        if kind == found.sought.kind:
            chosen = self._chosen(question, found.sought, readings, sources, found.scores)
        else:
            wanted = sought(question, found.sought.vector, found.statistics, self._wording, kind)
            chosen = self._chosen(question, wanted, readings, sources)
        quoted = "".join(written(chosen, readings, sources)).strip()
        return _closed(quoted, evidence.missing) if quoted and evidence.verdict == "partial" else quoted or NOTHING

    def _compose(self, asked: Sequence[Standalone], passages: Sequence[Passage], verdict: Verdict) -> str:
        """A paragraph for each question, without what an earlier one has quoted already."""
        readings = self._reader(passages)
        quoted: list[Pick] = []
        paragraphs: list[str] = []
        for each in asked:
            chosen = self._chosen(each, self._wanted(each), readings, passages, quoted=quoted)
            quoted += chosen
            paragraphs.append("".join(written(chosen, readings, passages)).strip())
        if not quoted:
            return NOTHING
        if verdict == "partial":
            texts = [(each.parts[0][0], kind_of(each.parts[0][0])) for each in asked]
            missing = (
                never_said(text, kind, self._embedding, self._index.statistics, self._wording) for text, kind in texts
            )
            paragraphs.append(left_open(tuple(dict.fromkeys(chain.from_iterable(missing)))))
        return "\n\n".join(filter(None, paragraphs))

    def _wanted(self, question: Standalone) -> Sought:
        vector = np.asarray([weight for _, weight in question.parts], np.float32) @ self._embedding.embed(
            [text for text, _ in question.parts]
        )
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
        return sought(question, vector, self._index.statistics, self._wording, kind_asked(question))

    def _chosen(
        self,
        question: Standalone,
        wanted: Sought,
        readings: Sequence[Reading],
        passages: Sequence[Passage],
        known: Mapping[str, Sequence[float]] = MappingProxyType({}),
        *,
        quoted: Sequence[Pick] = (),
    ) -> list[Pick]:
        """What to quote for a question, without what is quoted already unless nothing comes near that.

        `known` are scores of passages' sentences by content hash.
        """
        statistics = self._index.statistics
        own, *before = (telling(text, wanted.kind, self._wording) for text, _ in question.parts)
        pointed_at = frozenset[int]().union(*before) if question.follows_up else frozenset[int]()
        fitness = Fitness(question.parts[0][0], wanted, own, statistics.idf, pointed_at)
        best = max((passage.score for passage in passages), default=1.0) or 1.0
        weights = [(0.8 + 0.2 * each.score / best) * (1.0 - 0.01 * rank) for rank, each in enumerate(passages)]
        found = [
            known.get(passage.content_hash) or scores(wanted, (reading,), (passage,), statistics)[0]
            for passage, reading in zip(passages, readings, strict=True)
        ]
        top = max((score for own in found for score in own), default=0.0)
        fits = [fitness(*each, top) for each in zip(readings, passages, found, strict=True)]
        weighed = [
            [weight * fit * score for fit, score in zip(each, own, strict=True)]
            for weight, each, own in zip(weights, fits, found, strict=True)
        ]
        chosen = picks(readings, weighed, passages, wanted.kind, fits)
        if quoted and chosen and all(any(map(pick.overlaps, quoted)) for pick in chosen):
            rest = [list(own) for own in weighed]
            for pick in quoted:
                rest[pick.source][pick.first : pick.last + 1] = [0.0] * (pick.last - pick.first + 1)
            further = picks(readings, rest, passages, wanted.kind, fits)
            least = NEXT * max(pick.score for pick in chosen)
            chosen = [pick for pick in further if pick.score >= least]
        denied = denial(fitness, chosen, readings)
        if denied is not None:
            chosen = [denied, *(pick for pick in chosen if not pick.overlaps(denied))]
        return [pick for pick in chosen if not any(map(pick.overlaps, quoted))]


def _closed(quoted: str, missing: Sequence[str]) -> str:
    return f"{quoted}\n\n{left_open(missing)}"
