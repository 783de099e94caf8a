"""Answers without a model: the sentences of the sources that answer best, quoted, each with its marker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import numpy as np

from agents.clauses import clauses
from agents.embedding import Embedding, WordVectors
from agents.gaps import never_said
from agents.knowledge.index import Index
from agents.llm import Usage
from agents.matching import scores, sought
from agents.passage import Passage
from agents.question import Question
from agents.quotes import picks, pieces, written
from agents.reading import Reader
from agents.smalltalk import left_open, reply
from agents.standalone import Standalone, standalone
from agents.wording import Wording
from streaming.events import AgentId, Verdict


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
        elif agent == "orchestrator":  # a message of several domains: each of its questions is answered for itself
            asked = (Standalone(each, ((each, 1.0),)) for each in clauses(question.text))
            found = [await asyncio.to_thread(self._compose, each, passages, verdict) for each in asked]
            text = "\n\n".join(dict.fromkeys(found))
        else:
            text = await asyncio.to_thread(self._compose, standalone(question), passages, verdict)
        for piece in pieces(text):
            yield piece
            await asyncio.sleep(0)
        yield Usage()

    def _compose(self, question: Standalone, passages: Sequence[Passage], verdict: Verdict) -> str:
        readings = self._reader(passages)
        statistics = self._index.statistics
        vector = np.asarray([weight for _, weight in question.parts], np.float32) @ self._embedding.embed(
            [text for text, _ in question.parts]
        )
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
        wanted = sought(question, vector, statistics, self._wording)
        best = max((passage.score for passage in passages), default=1.0) or 1.0
        weights = [(0.8 + 0.2 * each.score / best) * (1.0 - 0.01 * rank) for rank, each in enumerate(passages)]
        found = scores(wanted, readings, passages, statistics)
        weighed = [[weight * score for score in own] for weight, own in zip(weights, found, strict=True)]
        chosen = picks(readings, weighed, passages, wanted.kind)
        if not chosen:
            return "I could not find an answer to that in the documents."
        quoted = "".join(written(chosen, readings, passages)).strip()
        if verdict != "partial":
            return quoted
        missing = never_said(question.parts[0][0], wanted.kind, self._embedding, statistics, self._wording)
        return f"{quoted}\n\n{left_open(missing)}"
