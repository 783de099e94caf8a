"""Answers without a model: the sentences of the sources that answer best, quoted, each with its marker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import chain
from typing import Protocol

import numpy as np

from agents.at_once import spoken
from agents.clauses import parted
from agents.embedding import Embedding, WordVectors
from agents.evidence import Evidence
from agents.gaps import never_said
from agents.kinds import kind_of
from agents.knowledge.index import Index
from agents.knowledge.retrieval import Retrieved
from agents.llm import Usage
from agents.matching import Sought, sought
from agents.passage import Passage
from agents.question import Question
from agents.quotes import Pick, written
from agents.reading import Reader
from agents.selecting import Asked, Selection, asked_of
from agents.smalltalk import left_open, reply
from agents.standalone import Standalone
from agents.telling import kind_asked
from agents.wording import Wording
from streaming.events import AgentId, Verdict

NOTHING = "I could not find an answer to that in the documents."
UNSURE = 0.5
"""Doubt that the answer is among what is quoted from which that is said: of 399 answered questions by seven hands, a
third of which have no answer, 83 say so, of which 22 hold one that was marked; of the other 316, 145 do."""


class Meanings(Embedding, WordVectors, Protocol):
    """Vectors of sentences and of words."""


class Extractive:
    """A LanguageModel that says nothing but what the passages say, and AnswersAtOnce."""

    def __init__(
        self, embedding: Meanings, reader: Reader, index: Index, wording: Wording, selection: Selection
    ) -> None:
        self._selection = selection
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
        chosen = self._selection(asked_of(question, found, sources, readings, self._wording, evidence.alike.answers))
        quoted = "".join(written(chosen.picks, readings, sources)).strip()
        if quoted and evidence.verdict == "partial":
            return _closed(quoted, evidence.missing)
        return (_closed(quoted, ()) if chosen.doubt >= UNSURE else quoted) if quoted else NOTHING

    def _compose(self, asked: Sequence[Standalone], passages: Sequence[Passage], verdict: Verdict) -> str:
        """A paragraph for each question, without what an earlier one has quoted already."""
        readings = self._reader(passages)
        quoted: list[Pick] = []
        paragraphs: list[str] = []
        unsure = False
        for each in asked:
            one = Asked(each, self._wanted(each), passages, readings, self._index.statistics)
            chosen = self._selection(one, quoted=quoted)
            quoted += chosen.picks
            unsure = unsure or chosen.doubt >= UNSURE
            paragraphs.append("".join(written(chosen.picks, readings, passages)).strip())
        if not quoted:
            return NOTHING
        if verdict == "partial":
            texts = [(each.parts[0][0], kind_of(each.parts[0][0])) for each in asked]
            missing = (
                never_said(text, kind, self._embedding, self._index.statistics, self._wording) for text, kind in texts
            )
            paragraphs.append(left_open(tuple(dict.fromkeys(chain.from_iterable(missing)))))
        elif unsure:
            paragraphs.append(left_open(()))
        return "\n\n".join(filter(None, paragraphs))

    def _wanted(self, question: Standalone) -> Sought:
        vector = np.asarray([weight for _, weight in question.parts], np.float32) @ self._embedding.embed(
            [text for text, _ in question.parts]
        )
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
        return sought(question, vector, self._index.statistics, self._wording, kind_asked(question))


def _closed(quoted: str, missing: Sequence[str]) -> str:
    return f"{quoted}\n\n{left_open(missing)}"
