"""Answers without a model: the sentences of the sources that answer best, quoted, each with its marker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import chain
from typing import Protocol

import numpy as np

from agents.choosing import Fitness
from agents.clauses import parted
from agents.denials import denial
from agents.embedding import Embedding, WordVectors
from agents.gaps import never_said
from agents.kinds import kind_of
from agents.knowledge.index import Index
from agents.llm import Usage
from agents.matching import scores, sought
from agents.passage import Passage
from agents.question import Question
from agents.quotes import Pick, picks, pieces, written
from agents.reading import Reader, Reading
from agents.smalltalk import left_open, reply
from agents.standalone import Standalone
from agents.telling import kind_asked, telling
from agents.wording import Wording
from streaming.events import AgentId, Verdict

NEXT = 0.75
"""Share of a quoted sentence's score from which another one answers a further question, rather than that once more."""


class Meanings(Embedding, WordVectors, Protocol):
    """Vectors of sentences and of words."""


class Extractive:
    """A LanguageModel that says nothing but what the passages say."""

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
        for piece in pieces(text):
            yield piece
            await asyncio.sleep(0)
        yield Usage()

    def _compose(self, asked: Sequence[Standalone], passages: Sequence[Passage], verdict: Verdict) -> str:
        """A paragraph for each question, without what an earlier one has quoted already."""
        readings = self._reader(passages)
        quoted: list[Pick] = []
        paragraphs: list[str] = []
        for each in asked:
            chosen = self._chosen(each, readings, passages, quoted)
            quoted += chosen
            paragraphs.append("".join(written(chosen, readings, passages)).strip())
        if not quoted:
            return "I could not find an answer to that in the documents."
        if verdict == "partial":
            texts = [(each.parts[0][0], kind_of(each.parts[0][0])) for each in asked]
            missing = (
                never_said(text, kind, self._embedding, self._index.statistics, self._wording) for text, kind in texts
            )
            paragraphs.append(left_open(tuple(dict.fromkeys(chain.from_iterable(missing)))))
        return "\n\n".join(filter(None, paragraphs))

    def _chosen(
        self, question: Standalone, readings: Sequence[Reading], passages: Sequence[Passage], quoted: Sequence[Pick]
    ) -> list[Pick]:
        """What to quote for a question, without what is quoted already unless nothing comes near that."""
        statistics = self._index.statistics
        vector = np.asarray([weight for _, weight in question.parts], np.float32) @ self._embedding.embed(
            [text for text, _ in question.parts]
        )
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
        kind = kind_asked(question)
        wanted = sought(question, vector, statistics, self._wording, kind)
        own, *before = (telling(text, kind, self._wording) for text, _ in question.parts)
        pointed_at = frozenset[int]().union(*before) if question.follows_up else frozenset[int]()
        fitness = Fitness(question.parts[0][0], wanted, own, statistics.idf, pointed_at)
        best = max((passage.score for passage in passages), default=1.0) or 1.0
        weights = [(0.8 + 0.2 * each.score / best) * (1.0 - 0.01 * rank) for rank, each in enumerate(passages)]
        found = scores(wanted, readings, passages, statistics)
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
