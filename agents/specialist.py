"""An agent that answers from the documents of its domain: search, verdict, then an answer with citations."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from time import perf_counter

from agents.at_once import AnswersAtOnce, spoken
from agents.citing.citations import Supports, through
from agents.clauses import parted
from agents.evidence import Evidence, Judge
from agents.knowledge.retrieval import Retrieval, Retrieved
from agents.llm import LanguageModel
from agents.logs import Logs
from agents.passage import Domain, Passage
from agents.question import Question
from agents.quotes import pieces
from agents.second_look import SecondLook
from agents.several import Several
from agents.smalltalk import decline
from agents.standalone import Standalone
from agents.told import Told
from streaming.events import Output

DECLINED = ("underspecified", "unanswerable")
"""Verdicts after which nothing is answered from the documents."""


class Specialist:
    """The billing, technical or policy agent: an Answerer."""

    def __init__(
        self,
        domain: Domain,
        model: LanguageModel,
        retrieval: Retrieval,
        judge: Judge,
        logs: Logs,
        supports: Supports,
        several: Several,
        second_look: SecondLook | None = None,
    ) -> None:
        self._several = several
        self._supports = supports
        self._domain = domain
        self._model = model
        self._at_once = model if isinstance(model, AnswersAtOnce) else None
        self._retrieval = retrieval
        self._judge = judge
        self._logs = logs
        self._second_look = second_look

    async def __call__(self, question: Question) -> AsyncIterator[Output]:
        """vector_search, documents, the answer with its citations, and RunCompleted. Raises AgentError.

        A message that asks several things has the first two for each of them.
        """
        started = perf_counter()
        asked = parted(question)
        if len(asked) > 1:
            parts = [(self._domain, part) for part in asked]
            async with aclosing(self._several(question, parts, agent=self._domain)) as outputs:  # type: ignore[type-var]
                async for each in outputs:
                    yield each
            return
        # One thread for all of it: handing each step on, with a commit of its own, took a tenth of the time to a token.
        found, (sources, evidence, answered) = await self._retrieval.search_and(
            partial(self._judged, asked[0]), asked[0], domain=self._domain
        )
        yield self._logs.vector_search(found)
        told = Told(sources, self._supports)
        if self._second_look is not None:
            evidence, spent = await self._second_look(found, evidence)
            told.take(spent)
        yield self._logs.documents(evidence, found)
        if evidence.verdict in DECLINED:
            for piece in pieces(decline(evidence.verdict, found.passages, evidence.missing, evidence.unclear)):
                told.take(piece)
                yield piece
                await asyncio.sleep(0)
        else:
            answer = (
                spoken(answered)
                if answered is not None
                else self._model.answer(question, sources, agent=self._domain, verdict=evidence.verdict)
            )
            async with aclosing(through(told.gate, answer)) as checked:
                async for output in checked:
                    if told.take(output):
                        yield output
        yield told.completed(self._domain, evidence.confidence, started)

    def _judged(self, asked: Standalone, found: Retrieved) -> tuple[Sequence[Passage], Evidence, str | None]:
        """What an answer rests on, the verdict, and the answer where the model has it at once."""
        sources, evidence = found.sources, self._judge(found)
        if self._at_once is None or evidence.verdict in DECLINED:
            return sources, evidence, None
        return sources, evidence, self._at_once.at_once(asked, found, sources, evidence)
